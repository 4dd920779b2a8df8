using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>Tensors for the ops of a group; freed together.</summary>
internal sealed class BenchInputs : IDisposable
{
    /// <summary>Of the pattern that fills tensors: any size of tensor takes as much of the host.</summary>
    private const int PatternCount = 1 << 20;

    private const int Seed = 20;

    private readonly Arena _arena;
    private readonly float[] _pattern = new float[PatternCount];

    /// <param name="tokens">T: one row, and one document, the dearest for attention.</param>
    public BenchInputs(Ops ops, BenchModel model, int tokens)
    {
        (Ops, Model, Tokens) = (ops, model, tokens);
        _arena = ops.CreateArena("benchmark");
        var random = new Random(Seed);
        for (int i = 0; i < PatternCount; i++)
            _pattern[i] = random.NextSingle() - 0.5f;
        Layout = new SequenceLayout(
            [0, tokens], [0, tokens], Integers("positions", [.. Enumerable.Range(0, tokens)]),
            Uploaded<long>("token keys", DType.I64, [.. Enumerable.Range(0, tokens).Select(i => (long)i)]));
    }

    public Ops Ops { get; }

    public BenchModel Model { get; }

    /// <summary>T.</summary>
    public int Tokens { get; }

    public SequenceLayout Layout { get; }

    /// <summary>Of activations.</summary>
    public DType Activation => Ops.ActivationType;

    /// <summary>Bytes of an activation.</summary>
    public int ActivationBytes => Activation.Size();

    /// <summary>Pieces of 16 tokens, or fewer, that sums over tokens are taken of first.</summary>
    public long Chunks => (Tokens + 15) / 16;

    public Arena Arena => _arena;

    /// <summary>[T, width] of the activations' type, random.</summary>
    public Tensor Activations(string name, int width) => Random(name, Activation, Tokens, width);

    /// <summary>[T, width] in fp32, random.</summary>
    public Tensor Singles(string name, int width) => Random(name, DType.F32, Tokens, width);

    /// <summary>Zeros.</summary>
    public Tensor Zeros(string name, DType type, params int[] dimensions) => _arena.Allocate(name, type, dimensions);

    /// <summary>fp32 or bf16, uniform within 0.5 of 0.</summary>
    public Tensor Random(string name, DType type, params int[] dimensions)
    {
        Tensor tensor = _arena.Allocate(name, type, dimensions), all = tensor.Reshape(checked((int)tensor.Count));
        for (int at = 0; at < tensor.Count; at += PatternCount)
        {
            int count = (int)Math.Min(PatternCount, tensor.Count - at);
            float[] values = count == PatternCount ? _pattern : _pattern[..count];
            if (type == DType.F32)
                Ops.Upload<float>(values, all.Slice(at, count));
            else
                Ops.Upload<ushort>(Array.ConvertAll(values, Bf16.Round), all.Slice(at, count));
        }

        return tensor;
    }

    /// <summary>T ids, none twice while there are enough.</summary>
    public int[] Ids()
    {
        const int Prime = 7919;
        return [.. Enumerable.Range(0, Tokens).Select(i => (int)((long)i * Prime % Model.Vocabulary))];
    }

    public Tensor Integers(string name, int[] values) => Uploaded<int>(name, DType.I32, values);

    public void Dispose() => _arena.Dispose();

    private Tensor Uploaded<T>(string name, DType type, T[] values)
        where T : unmanaged
    {
        Tensor tensor = _arena.Allocate(name, type, values.Length);
        Ops.Upload<T>(values, tensor);
        return tensor;
    }
}
