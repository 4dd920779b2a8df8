using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.VirtualGpu.Counters;

namespace MolEngine.Kernels.Tests;

/// <summary>A backend with an arena: tensors from arrays and back, whatever memory they live in.</summary>
public sealed class Bench : IDisposable
{
    private readonly Arena _arena;
    private readonly List<(string Kernel, LaunchCounters Counters)> _launches = [];

    public Bench(TestBackend backend, int variant = 0, ulong? perturbation = null)
    {
        Backend = backend.Create(variant, perturbation, (kernel, counters) => _launches.Add((kernel, counters)));
        _arena = Backend.CreateArena("test");
    }

    public Ops.Ops Backend { get; }

    public bool IsBf16 => Backend.ActivationType == DType.BF16;

    /// <summary>What the virtual GPU has counted in all launches that have run; none on the CPU.</summary>
    public IReadOnlyList<(string Kernel, LaunchCounters Counters)> Launches => _launches;

    public Tensor Make<T>(string name, DType type, ReadOnlySpan<T> values, params int[] shape)
        where T : unmanaged
    {
        Tensor tensor = _arena.Allocate(name, type, shape);
        Backend.Upload(values, tensor);
        return tensor;
    }

    public Tensor Make(string name, float[] values, params int[] shape) =>
        Make<float>(name, DType.F32, values, shape);

    /// <summary>A tensor of the activation type, of the values as <see cref="Held"/> has them.</summary>
    public Tensor MakeActivation(string name, float[] values, params int[] shape) => IsBf16
        ? Make<ushort>(name, DType.BF16, Array.ConvertAll(values, Bf16.Round), shape)
        : Make(name, Held(values), shape);

    /// <summary>What products take of these values; a tensor of the activation type is made of no others.</summary>
    public float[] Held(float[] values) => Backend.ProductType == DType.BF16
        ? Array.ConvertAll(values, x => Bf16.Widen(Bf16.Round(x)))
        : values;

    /// <summary>fp32 zeros.</summary>
    public Tensor Empty(string name, params int[] shape) => _arena.Allocate(name, DType.F32, shape);

    public Tensor Empty(string name, DType type, params int[] shape) => _arena.Allocate(name, type, shape);

    /// <summary>Zeros of the activation type.</summary>
    public Tensor EmptyActivation(string name, params int[] shape) =>
        _arena.Allocate(name, Backend.ActivationType, shape);

    /// <summary>A weight in either storage type, and the values that it really holds.</summary>
    public (Tensor Tensor, double[] Values) MakeWeight(string name, bool bf16, float[] values, params int[] shape)
    {
        if (!bf16)
            return (Make(name, values, shape), Array.ConvertAll(values, x => (double)x));
        ushort[] bits = Array.ConvertAll(values, Bf16.Round);
        return (Make<ushort>(name, DType.BF16, bits, shape), Array.ConvertAll(bits, b => (double)Bf16.Widen(b)));
    }

    /// <summary>Rows of the given lengths, one document each.</summary>
    public SequenceLayout Rows(params int[] lengths)
    {
        int[] starts = new int[lengths.Length + 1];
        for (int i = 0; i < lengths.Length; i++)
            starts[i + 1] = starts[i] + lengths[i];
        return new SequenceLayout(
            starts, starts, Empty("positions", DType.I32, starts[^1]), Empty("keys", DType.I64, starts[^1]));
    }

    /// <summary>The values of an fp32 or bf16 tensor.</summary>
    public float[] Values(Tensor x) =>
        x.Type == DType.BF16 ? Array.ConvertAll(Read<ushort>(x), Bf16.Widen) : Read<float>(x);

    public T[] Read<T>(Tensor x)
        where T : unmanaged
    {
        var values = new T[x.Count];
        Backend.Download<T>(x, values);
        return values;
    }

    public void Dispose()
    {
        _arena.Dispose();
        Backend.Dispose();
    }
}
