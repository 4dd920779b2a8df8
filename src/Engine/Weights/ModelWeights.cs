using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>
/// The tensors of a model under Hugging Face's names, in host memory. F32 and BF16 stay mapped as stored; F16 and F64,
/// for which no op has arithmetic, are widened (rounded) to fp32 copies.
/// </summary>
public sealed class ModelWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors;
    private readonly Dictionary<string, DType> _storedTypes;
    private readonly IDisposable? _owner;

    private ModelWeights(
        ModelConfig config, Dictionary<string, Tensor> tensors, Dictionary<string, DType> storedTypes, long mappedBytes,
        IDisposable? owner)
    {
        Config = config;
        Names = [.. Architectures.Of(config).Tensors(config).Select(s => s.Name)];
        _tensors = tensors;
        _storedTypes = storedTypes;
        _owner = owner;
        MappedBytes = mappedBytes;
    }

    public ModelConfig Config { get; }

    /// <summary>All names but that of a tied head, in the order of the forward pass.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Bytes of tensors that are read straight from the files.</summary>
    public long MappedBytes { get; }

    /// <summary>Bytes of tensors in memory of their own.</summary>
    public long CopiedBytes => _tensors.Values.Sum(t => t.Bytes) - MappedBytes;

    /// <summary>A tensor by name. <c>lm_head.weight</c> of a tied model is the embedding.</summary>
    /// <exception cref="KeyNotFoundException">The model has no such tensor.</exception>
    public Tensor this[string name] =>
        _tensors.TryGetValue(Resolve(name), out Tensor? tensor) ? tensor
            : throw new KeyNotFoundException($"{Config.Architecture}: no tensor {name}");

    public bool Has(string name) => _tensors.ContainsKey(Resolve(name));

    /// <summary>The element type in the file; fp32 for weights that come from no file.</summary>
    public DType StoredType(string name) => _storedTypes[Resolve(name)];

    /// <summary>Opens the weights of a model folder: one file or the shards of an index.</summary>
    /// <exception cref="ModelFileException">
    /// Names all tensors that are missing, surplus, misshaped or of another type than F64, F32, F16 and BF16, before
    /// anything is allocated; or the broken file.
    /// </exception>
    public static ModelWeights Open(string folder, ModelConfig config)
    {
        using WeightFiles files = WeightFiles.Open(folder);
        WeightCheck.Check(files, config);
        var arena = new HostArena("weights");
        try
        {
            var tensors = new Dictionary<string, Tensor>();
            var types = new Dictionary<string, DType>();
            long mapped = 0;
            foreach (TensorSpec spec in Architectures.Of(config).Tensors(config))
            {
                Tensor stored = files.Tensor(files.Stored(config, spec.Name));
                bool keep = stored.Type is DType.F32 or DType.BF16 && stored.Address % stored.Type.Size() == 0;
                tensors[spec.Name] = keep ? stored : Copy(arena, stored);
                types[spec.Name] = stored.Type;
                mapped += keep ? stored.Bytes : 0;
            }

            return new ModelWeights(config, tensors, types, mapped, arena);
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    /// <summary>Weights that have types and shapes and no numbers: for plans.</summary>
    /// <param name="random">Random ones, which are fp32 (<see cref="RandomInit"/>), instead of a folder's.</param>
    public static ModelWeights Planned(ModelConfig config, bool random)
    {
        DType type = config.StoredType == DType.BF16 && !random ? DType.BF16 : DType.F32;
        return FromTensors(config, Architectures.Of(config).Tensors(config).ToDictionary(
            s => s.Name, s => new Tensor(s.Name, type, s.Shape, address: 0, owner: null)));
    }

    /// <summary>Weights that lie in memory already, such as those of a model that is trained whole.</summary>
    /// <param name="tensors">Every tensor of the config, without a tied head.</param>
    /// <param name="owner">Disposed with the weights; null where the caller keeps that.</param>
    /// <exception cref="ArgumentException">Names a tensor that is missing, surplus or misshaped.</exception>
    public static ModelWeights FromTensors(
        ModelConfig config, IReadOnlyDictionary<string, Tensor> tensors, IDisposable? owner = null)
    {
        IReadOnlyList<TensorSpec> specs = Architectures.Of(config).Tensors(config);
        foreach (TensorSpec spec in specs)
        {
            if (!tensors.TryGetValue(spec.Name, out Tensor? tensor) || tensor.Shape != spec.Shape)
                throw new ArgumentException(
                    $"{spec.Name}: expected {spec.Shape}, got {tensor?.Shape.ToString() ?? "none"}", nameof(tensors));
        }

        string[] surplus = [.. tensors.Keys.Except(specs.Select(s => s.Name))];
        if (surplus.Length > 0)
        {
            throw new ArgumentException(
                $"expected the tensors of {config.Architecture}, got also {Listing.Of(surplus)}", nameof(tensors));
        }

        return new ModelWeights(config, new(tensors), tensors.ToDictionary(t => t.Key, t => t.Value.Type), 0, owner);
    }

    /// <summary>
    /// The tensors where a backend computes with them, frozen: as stored, but for fp32 matrices on a backend of bf16
    /// activations, which are rounded to bf16, once. On a device those that are multiplied with one input are
    /// neighbours (<see cref="NeighbourTensors"/>).
    /// </summary>
    /// <param name="arena">Receives what the backend cannot use where it lies.</param>
    /// <param name="progress">Told how many tensors are there, and of how many.</param>
    public Dictionary<string, Tensor> Adopt(Ops ops, Arena arena, Action<long, long>? progress = null)
    {
        var adopted = new Dictionary<string, Tensor>();
        NeighbourTensors? there = arena.IsOnDevice ? Room(ops, arena) : null;
        foreach (string name in Names)
        {
            Tensor stored = _tensors[name];
            adopted.Add(name, there is null ? ops.Adopt(stored, arena) : Uploaded(ops, stored, there[name]));
            progress?.Invoke(adopted.Count, _tensors.Count);
        }

        return adopted;
    }

    private NeighbourTensors Room(Ops ops, Arena arena)
    {
        (string, DType, Shape)[] all =
        [
            .. Names.Select(n => (n, IsRounded(ops, _tensors[n]) ? DType.BF16 : _tensors[n].Type, _tensors[n].Shape)),
        ];

        // Where fp32 is rounded, what is on its way lies beside what has arrived: room for the rest would come on top.
        if (!Names.Any(n => IsRounded(ops, _tensors[n])))
            arena.Expect(a => NeighbourTensors.Allocate(a, all));
        return new NeighbourTensors(arena, all);
    }

    private static bool IsRounded(Ops ops, Tensor stored) =>
        ops.ActivationType == DType.BF16 && stored is { Type: DType.F32, Shape.Rank: 2 };

    private static Tensor Uploaded(Ops ops, Tensor stored, Tensor there)
    {
        if (stored.Type == there.Type)
        {
            ops.Upload(stored, there);
            return there;
        }

        using Arena passing = ops.CreateArena("weights on their way");
        ops.Copy(ops.Adopt(stored, passing), there);
        return there;
    }

    /// <summary>Frees copies. Mapped memory goes when no tensor over it is left.</summary>
    public void Dispose() => _owner?.Dispose();

    private string Resolve(string name) =>
        Config.TieWordEmbeddings && name == ModuleNames.Head ? ModuleNames.Embedding : name;

    private static Tensor Copy(Arena arena, Tensor stored)
    {
        DType type = stored.Type == DType.BF16 ? DType.BF16 : DType.F32;
        Tensor copy = arena.AllocateLike(stored, type);
        Conversions.Convert(stored, copy);
        return copy;
    }
}
