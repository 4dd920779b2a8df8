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
    private readonly Ops _ops;
    private readonly TransformerWeights _weights;
    private readonly Tensor? _tiedHeadGradient;
    private readonly Tensor[] _allGradients;
    private readonly double _dropout;
    private readonly ulong _seed;

    private Student(
        Ops ops, TransformerWeights weights, TransformerGradients gradients, IReadOnlyList<Parameter> parameters,
        Tensor? tiedHeadGradient, double dropout, ulong seed)
    {
        _ops = ops;
        _weights = weights;
        _tiedHeadGradient = tiedHeadGradient;
        _dropout = dropout;
        _seed = seed;
        Gradients = gradients;
        Parameters = parameters;
        _allGradients =
            [.. parameters.Select(p => p.Gradient), .. tiedHeadGradient is null ? [] : new[] { tiedHeadGradient }];
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
        arena.Expect(a =>
        {
            foreach ((Tensor ofA, Tensor ofB) in modules.Values)
            {
                Gradient(a, "A", ofA);
                Gradient(a, "B", ofB);
            }
        });
        IReadOnlyDictionary<string, (Tensor A, Tensor B)> computed = Rounded(ops, modules, copies);
        var gradients = new Dictionary<string, Tensor>();
        var parameters = new List<Parameter>();
        void Add(string name, Tensor value, Tensor computed)
        {
            Tensor gradient = Gradient(arena, name, value);
            gradients[name] = gradient;
            parameters.Add(new Parameter(name, value, gradient, computed == value ? null : computed));
        }

        foreach ((string module, (Tensor a, Tensor b)) in modules.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            Add(PeftNames.A(module), a, computed[module].A);
            Add(PeftNames.B(module), b, computed[module].B);
        }

        return new Student(
            ops, Adapted(frozen, lora, computed), TransformerGradients.From(config, gradients.GetValueOrDefault),
            parameters, null, lora.Dropout, seed);
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
        arena.Expect(a =>
        {
            foreach (Tensor of in tensors.Values)
                Gradient(a, "", of);
            if (config.TieWordEmbeddings)
                Gradient(a, "", tensors[ModuleNames.Embedding]);
        });
        ExpectCopies(ops, tensors.Values, copies);
        Dictionary<string, Parameter> parameters = tensors.ToDictionary(
            t => t.Key,
            t => new Parameter(
                t.Key, t.Value, Gradient(arena, t.Key, t.Value), CopyOf(ops, t.Key, t.Value, copies)));
        Dictionary<string, Tensor> gradients = parameters.ToDictionary(p => p.Key, p => p.Value.Gradient);
        Tensor? tiedHead = config.TieWordEmbeddings
            ? Gradient(arena, ModuleNames.Head, tensors[ModuleNames.Embedding])
            : null;
        if (tiedHead is not null)
            gradients[ModuleNames.Head] = tiedHead;
        return new Student(
            ops, TransformerWeights.From(config, name => parameters[name].Copy ?? tensors[name]),
            TransformerGradients.From(config, gradients.GetValueOrDefault), [.. parameters.Values], tiedHead, 0, 0);
    }

    /// <summary>An adapter as a backend computes with it: bf16 copies, or the fp32 tensors themselves.</summary>
    /// <param name="copies">Receives the copies.</param>
    public static IReadOnlyDictionary<string, (Tensor A, Tensor B)> Rounded(
        Ops ops, IReadOnlyDictionary<string, (Tensor A, Tensor B)> modules, Arena copies)
    {
        ExpectCopies(ops, modules.Values.SelectMany(m => new[] { m.A, m.B }), copies);
        return modules.ToDictionary(
            m => m.Key,
            m => (CopyOf(ops, PeftNames.A(m.Key), m.Value.A, copies) ?? m.Value.A,
                CopyOf(ops, PeftNames.B(m.Key), m.Value.B, copies) ?? m.Value.B));
    }

    private static void ExpectCopies(Ops ops, IEnumerable<Tensor> tensors, Arena copies) => copies.Expect(a =>
    {
        foreach (Tensor of in tensors.Where(t => HasCopy(ops, t.Shape)))
            Copy(a, "", of);
    });

    /// <summary>The value rounded to bf16 where the backend computes with such; else null.</summary>
    private static Tensor? CopyOf(Ops ops, string name, Tensor of, Arena copies)
    {
        if (!HasCopy(ops, of.Shape))
            return null;
        Tensor copy = Copy(copies, name, of);
        ops.Copy(of, copy);
        return copy;
    }

    private static Tensor Copy(Arena arena, string name, Tensor of) =>
        arena.AllocateLike(of, DType.BF16, $"{name} bf16");

    private static Tensor Gradient(Arena arena, string name, Tensor of) =>
        arena.AllocateLike(of, DType.F32, $"{name} gradient");

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
