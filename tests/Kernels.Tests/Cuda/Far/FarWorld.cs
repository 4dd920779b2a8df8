using System.Runtime.InteropServices;
using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.Kernels.Tests.Cuda.Far;

/// <summary>
/// The CUDA backend over tensors of so many rows that an element's number does not fit 32 bits. Memory is there where
/// it is touched, all but the last rows are zeros, and only the last blocks of a launch are run.
/// </summary>
internal sealed class FarWorld : IDisposable
{
    /// <summary>Rows at the end that hold something and are looked at.</summary>
    public const int Last = 32;

    /// <summary>Tokens of a document: fewer than a block of any kernel has.</summary>
    private const int DocumentTokens = 4;

    /// <summary>Blocks that are run of a launch: enough for the last rows whatever a block takes of them.</summary>
    private const int Blocks = 128;

    private readonly Arena _arena;

    /// <param name="rows">A multiple of <see cref="Last"/>; of just as many, all is run.</param>
    public FarWorld(DType type, int rows)
    {
        var options = new LaunchOptions { LastBlocks = rows > Last ? Blocks : null };
        var driver = new VirtualCudaDriver(
            DeviceProfile.Sm80 with { MemoryBytes = 1L << 44 }, options, new VirtualProcess());
        (Type, Rows) = (type, rows);
        Ops = CudaBackend.Create(driver, 0, KernelImages.Carried, type);
        _arena = Ops.CreateArena("far");
        Tensor positions = Zeros("positions", DType.I32, rows), keys = Zeros("keys", DType.I64, rows);
        Ops.Upload<int>([.. Enumerable.Range(0, Last).Select(i => i % DocumentTokens)], End(positions));
        Ops.Upload<long>([.. Enumerable.Range(0, Last).Select(i => 1000L + i)], End(keys));
        Layout = new SequenceLayout(
            [0, rows], [.. Enumerable.Range(0, (rows / DocumentTokens) + 1).Select(d => d * DocumentTokens)], positions,
            keys);
    }

    public DType Type { get; }

    public int Rows { get; }

    public Ops.Ops Ops { get; }

    public SequenceLayout Layout { get; }

    /// <summary>
    /// Runs what is given on so many rows of a width that elements go beyond 2^32, and on the last rows alone: what
    /// they get must be the same, to the bit, and must not be nothing.
    /// </summary>
    /// <param name="run">Gives the tensors to compare.</param>
    public static void Compare(DType type, int width, Func<FarWorld, Tensor[]> run)
    {
        int rows = checked((int)((1L << 32) / width) + (4 * Last));
        using FarWorld far = new(type, rows), near = new(type, Last);
        Tensor[] all = run(far), alone = run(near);
        Assert.Equal(alone.Length, all.Length);
        for (int i = 0; i < all.Length; i++)
        {
            float[] expected = near.Values(alone[i]), got = far.Values(all[i]);
            int at = expected.AsSpan().CommonPrefixLength(got);
            Assert.True(
                at == expected.Length && at == got.Length,
                $"{all[i]}: element {at} of the last rows: expected {expected[at % expected.Length]}, got "
                + $"{got[at % got.Length]}");
            Assert.InRange(expected.Count(v => v != 0), expected.Length / 2, expected.Length);
        }
    }

    /// <summary>Every row's number does, each row having so many elements.</summary>
    public Tensor Filled(string name, DType type, int width, int seed)
    {
        Tensor x = Zeros(name, type, Rows, width);
        Put(End(x), seed);
        return x;
    }

    /// <summary>The same of the activations' type.</summary>
    public Tensor Filled(string name, int width, int seed) => Filled(name, Type, width, seed);

    /// <summary>A tensor of any shape, filled whole.</summary>
    public Tensor Whole(string name, DType type, int seed, params int[] shape)
    {
        Tensor x = Zeros(name, type, shape);
        Put(x, seed);
        return x;
    }

    public Tensor Zeros(string name, DType type, params int[] shape) => _arena.Allocate(name, type, shape);

    /// <summary>The last rows, or as many as there are.</summary>
    public static Tensor End(Tensor x)
    {
        int count = Math.Min(Last, x.Shape[0]);
        return x.Slice(x.Shape[0] - count, count);
    }

    public void Put(Tensor x, int seed)
    {
        float[] values = [.. Enumerable.Range(0, (int)x.Count).Select(i => Value(i, seed))];
        switch (x.Type)
        {
            case DType.BF16:
                Ops.Upload<ushort>(Array.ConvertAll(values, Bf16.Round), x);
                break;
            case DType.F16:
                Ops.Upload<Half>(Array.ConvertAll(values, v => (Half)v), x);
                break;
            case DType.F64:
                Ops.Upload<double>(Array.ConvertAll(values, v => (double)v), x);
                break;
            default:
                Ops.Upload<float>(values, x);
                break;
        }
    }

    /// <summary>Of the last rows.</summary>
    public float[] Values(Tensor x)
    {
        Tensor end = End(x);
        var bytes = new byte[end.Bytes];
        Ops.Download<byte>(end, bytes);
        return end.Type switch
        {
            DType.BF16 => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(), Bf16.Widen),
            DType.F64 => Array.ConvertAll(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), v => (float)v),
            _ => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
        };
    }

    public void Dispose()
    {
        _arena.Dispose();
        Ops.Dispose();
    }

    private static float Value(int i, int seed) => ((((i * 7919L) + (seed * 104_729L)) % 2003) - 1001) / 1000f;
}
