using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests.Elementwise;

/// <summary>
/// What the suites of small ops share: a backend at a width, tensors from arrays, seeded random numbers.
/// </summary>
public abstract class OpSuite : IDisposable
{
    private readonly HostArena _arena = new("test");
    private readonly SimdLevel _level;

    protected OpSuite(SimdLevel level)
    {
        _level = level;
        Backend = Backends.Cpu(level, 2);
    }

    protected Ops.Ops Backend { get; }

    public void Dispose()
    {
        Backend.Dispose();
        _arena.Dispose();
        GC.SuppressFinalize(this);
    }

    protected Ops.Ops WithThreads(int threads) => Backends.Cpu(_level, threads);

    protected Tensor Make(string name, float[] values, params int[] shape) => Make(name, DType.F32, values, shape);

    protected Tensor Make<T>(string name, DType type, T[] values, params int[] shape)
        where T : unmanaged
    {
        Tensor tensor = _arena.Allocate(name, type, shape);
        values.CopyTo(tensor.Span<T>());
        return tensor;
    }

    protected Tensor Empty(string name, params int[] shape) => _arena.Allocate(name, DType.F32, shape);

    /// <summary>A weight in either storage type, and the values that it really holds.</summary>
    protected (Tensor Tensor, double[] Values) MakeWeight(string name, bool bf16, float[] values, params int[] shape)
    {
        if (!bf16)
            return (Make(name, values, shape), Widen(values));
        ushort[] bits = Array.ConvertAll(values, x => (ushort)(BitConverter.SingleToUInt32Bits(x) >> 16));
        return (Make(name, DType.BF16, bits, shape),
            Array.ConvertAll(bits, b => (double)BitConverter.UInt32BitsToSingle((uint)b << 16)));
    }

    /// <summary>Rows of the given lengths, one document each.</summary>
    protected SequenceLayout Rows(params int[] lengths)
    {
        int[] starts = new int[lengths.Length + 1];
        for (int i = 0; i < lengths.Length; i++)
            starts[i + 1] = starts[i] + lengths[i];
        return new SequenceLayout(
            starts, starts, _arena.Allocate("positions", DType.I32, starts[^1]),
            _arena.Allocate("keys", DType.I64, starts[^1]));
    }

    /// <summary>Normal deviates, the same for the same seed.</summary>
    protected static float[] Normal(int seed, int count, double scale = 1, double mean = 0)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(mean + scale * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    protected static double[] Widen(float[] values) => Array.ConvertAll(values, x => (double)x);

    protected static float[] Values(Tensor x) => x.Span<float>().ToArray();

    protected static void AssertSameBits(float[] expected, float[] got) =>
        Assert.Equal(Array.ConvertAll(expected, BitConverter.SingleToUInt32Bits),
            Array.ConvertAll(got, BitConverter.SingleToUInt32Bits));

    /// <summary>The message of the argument error that the call must raise.</summary>
    protected static string Refusal(Action call) => Assert.ThrowsAny<ArgumentException>(call).Message;
}
