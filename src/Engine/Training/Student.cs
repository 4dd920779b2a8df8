using MolEngine.Basics.Numerics;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Optim;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Training;

/// <summary>
/// The model that is trained: its weights as the forward pass uses them, its parameters, and where their gradients go.
/// Either an adapter over frozen weights or all parameters in fp32.
/// </summary>
public sealed class Student
{
    private const string GradientSuffix = " gradient";

    private readonly Ops _ops;
    private readonly TransformerWeights _weights;
    private readonly Tensor? _tiedHeadGradient;
    private readonly Tensor[] _allGradients;
    private readonly double _dropout;
    private readonly ulong _seed;

    private Student(
        Ops ops, TransformerWeights weights, TransformerGradients gradients, IReadOnlyList<Parameter> parameters,
        Tensor? tiedHeadGradient, IReadOnlyList<Tensor> allGradients, double dropout, ulong seed)
    {
        _ops = ops;
        _weights = weights;
        _tiedHeadGradient = tiedHeadGradient;
        _dropout = dropout;
        _seed = seed;
        Gradients = gradients;
        Parameters = parameters;
        _allGradients = [.. allGradients, .. tiedHeadGradient is null ? [] : new[] { tiedHeadGradient }];
    }

    public TransformerGradients Gradients { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The weights without dropout: for validation and generation.</summary>
    public TransformerWeights Weights => _weights;

    /// <summary>The weights with the dropout masks of one update.</summary>
    public TransformerWeights TrainingWeights(int step)
    {
        if (_dropout == 0)
            return _weights;
        ulong module = 0;
        return _weights.Map((_, linear) =>
        {
            module++;
            ulong seed = SplitMix64.Hash(_seed, (ulong)step, module);
            return linear.Lora is not { } lora
                ? linear
                : linear with { Lora = lora with { Dropout = (float)_dropout, DropoutSeed = seed } };
        });
    }

    /// <summary>
    /// A low-rank adapter over frozen weights; on a backend of bf16 activations it computes with bf16 copies.
    /// </summary>
    /// <param name="frozen">The base model's weights; shared, not copied.</param>
    /// <param name="modules">fp32 A [r, in] and B [out, r] by module name; trained in place.</param>
    /// <param name="arena">Receives the gradients.</param>
    /// <param name="copies">Receives the copies.</param>
    /// <param name="seed">Seed of the dropout masks.</param>
    public static Student WithAdapter(
        Ops ops, ModelConfig config, TransformerWeights frozen, LoraConfig lora,
        IReadOnlyDictionary<string, (Tensor A, Tensor B)> modules, Arena arena, Arena copies,
        ulong seed)
    {
        (string Module, Tensor A, Tensor B)[] ordered =
            [.. modules.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => (m.Key, m.Value.A, m.Value.B))];
        (string Name, Tensor Value)[] values =
            [.. ordered.SelectMany(m => new[] { (PeftNames.A(m.Module), m.A), (PeftNames.B(m.Module), m.B) })];
        NeighbourTensors gradients = arena.Together(a => Like(a, DType.F32, values, GradientSuffix));
        IReadOnlyDictionary<string, (Tensor A, Tensor B)> computed = Rounded(ops, modules, copies);
        Parameter[] parameters =
        [
            .. ordered.SelectMany(m => new[]
            {
                Parameter(PeftNames.A(m.Module), m.A, computed[m.Module].A),
                Parameter(PeftNames.B(m.Module), m.B, computed[m.Module].B),
            }),
        ];
        Dictionary<string, Tensor> byName = parameters.ToDictionary(p => p.Name, p => p.Gradient);
        return new Student(
            ops, Adapted(frozen, lora, computed), TransformerGradients.From(config, byName.GetValueOrDefault),
            parameters, null, gradients.Whole, lora.Dropout, seed);

        Parameter Parameter(string name, Tensor value, Tensor computed) =>
            new(name, value, gradients[name], computed == value ? null : computed);
    }

    /// <summary>Whether the model computes with a bf16 copy of a parameter, and not with its master.</summary>
    public static bool HasCopy(Ops ops, Shape shape) => ops.ActivationType == DType.BF16 && shape.Rank == 2;

    /// <summary>
    /// Every parameter of the model, in fp32; on a backend of bf16 activations with a bf16 copy of every matrix.
    /// </summary>
    /// <param name="tensors">fp32 tensors by Hugging Face name; trained in place. A tied head has no entry.</param>
    /// <param name="arena">Receives gradients.</param>
    /// <param name="copies">Receives the copies.</param>
    public static Student Full(
        Ops ops, ModelConfig config, IReadOnlyDictionary<string, Tensor> tensors, Arena arena, Arena copies)
    {
        (string Name, Tensor Value)[] values = [.. tensors.Select(t => (t.Key, t.Value))];
        (NeighbourTensors gradients, Tensor? tiedHead) = arena.Together(a => (
            Like(a, DType.F32, values, GradientSuffix),
            config.TieWordEmbeddings
                ? a.AllocateLike(tensors[ModuleNames.Embedding], DType.F32, ModuleNames.Head + GradientSuffix)
                : null));
        Dictionary<string, Tensor> rounded = Copies(ops, values, copies);
        Dictionary<string, Parameter> parameters = values.ToDictionary(
            t => t.Name,
            t => new Parameter(t.Name, t.Value, gradients[t.Name], rounded.GetValueOrDefault(t.Name)));
        Dictionary<string, Tensor> byName = parameters.ToDictionary(p => p.Key, p => p.Value.Gradient);
        if (tiedHead is not null)
            byName[ModuleNames.Head] = tiedHead;
        return new Student(
            ops, TransformerWeights.From(config, name => parameters[name].Copy ?? tensors[name]),
            TransformerGradients.From(config, byName.GetValueOrDefault), [.. parameters.Values], tiedHead,
            gradients.Whole, 0, 0);
    }

    /// <summary>An adapter as a backend computes with it: bf16 copies, or the fp32 tensors themselves.</summary>
    /// <param name="copies">Receives the copies.</param>
    public static IReadOnlyDictionary<string, (Tensor A, Tensor B)> Rounded(
        Ops ops, IReadOnlyDictionary<string, (Tensor A, Tensor B)> modules, Arena copies)
    {
        Dictionary<string, Tensor> rounded = Copies(
            ops,
            [.. modules.SelectMany(m => new[] { (PeftNames.A(m.Key), m.Value.A), (PeftNames.B(m.Key), m.Value.B) })],
            copies);
        return modules.ToDictionary(
            m => m.Key,
            m => (rounded.GetValueOrDefault(PeftNames.A(m.Key)) ?? m.Value.A,
                rounded.GetValueOrDefault(PeftNames.B(m.Key)) ?? m.Value.B));
    }

    /// <summary>Values rounded to bf16, of those that the backend computes with as such.</summary>
    private static Dictionary<string, Tensor> Copies(
        Ops ops, IReadOnlyList<(string Name, Tensor Value)> values, Arena copies)
    {
        (string Name, Tensor Value)[] copied = [.. values.Where(v => HasCopy(ops, v.Value.Shape))];
        NeighbourTensors rounded = copies.Together(a => Like(a, DType.BF16, copied, " bf16"));
        foreach ((string name, Tensor value) in copied)
            ops.Copy(value, rounded[name]);
        return copied.ToDictionary(c => c.Name, c => rounded[c.Name]);
    }

    private static NeighbourTensors Like(
        Arena arena, DType type, IEnumerable<(string Name, Tensor Value)> values, string suffix) =>
        NeighbourTensors.Allocate(arena, values.Select(v => (v.Name, type, v.Value.Shape)), suffix);

    /// <summary>Weights with an adapter on the modules that it covers.</summary>
    public static TransformerWeights Adapted(
        TransformerWeights frozen, LoraConfig lora, IReadOnlyDictionary<string, (Tensor A, Tensor B)> modules) =>
        frozen.Map((name, linear) => modules.TryGetValue(name, out (Tensor A, Tensor B) m)
            ? linear with { Lora = new LoraWeights(m.A, m.B, (float)lora.Scale) }
            : linear);

    /// <summary>Rank of the adapter of a module (by its name within a layer), 0 where there is none.</summary>
    public static int LoraRank(TransformerWeights weights, int layer, string module) =>
        weights.Layers[layer][module].Lora?.Rank ?? 0;

    /// <summary>
    /// Completes the gradients after the last micro-batch: a tied head's share is added to the embedding's.
    /// </summary>
    public void FinishGradients()
    {
        if (_tiedHeadGradient is not null)
            _ops.Add(_tiedHeadGradient, Gradients.Embedding!);
    }

    public void ZeroGradients() => _ops.Zero(_allGradients);
}
