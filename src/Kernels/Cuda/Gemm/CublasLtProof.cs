using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>
/// Compares a library's products with those of this program's kernels: small integers, whose sums are exact in any
/// order, in every layout, onto fp32 and bf16, with and without what was there and a bias. One rounding is left, to
/// bf16, and all bits must be equal.
/// </summary>
internal sealed class CublasLtProof
{
    private const int M = 72, N = 56, K = 40, Pad = 8, LargestFactor = 4, LargestAddend = 100;

    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly CublasLtGemm _library;
    private readonly IGemm _own;

    /// <param name="library">Products that are to be proven.</param>
    public CublasLtProof(CudaStream stream, CublasLtGemm library, IGemm own) =>
        (_context, _stream, _library, _own) = (stream.Context, stream, library, own);

    /// <summary>The kinds of product that are tried.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. All().Select(k => k.ToString())];

    /// <summary>
    /// The first element that differs, in words; null where all are equal, or the library has failed (and said so).
    /// </summary>
    public string? FirstDifference() => All().TakeWhile(_ => !_library.HasFailed).Select(Difference)
        .FirstOrDefault(d => d is not null);

    private static IEnumerable<Kind> All() =>
        from type in (DType[])[DType.BF16, DType.F32]
        from aTransposed in (bool[])[false, true]
        from bTransposed in (bool[])[false, true]
        from typeD in (DType[])[DType.F32, DType.BF16]
        from beta in (float[])[0, 1]
        from bias in (DType?[])[null, DType.F32, DType.BF16]
        select new Kind(type, aTransposed, bTransposed, typeD, beta, bias);

    private string? Difference(Kind kind)
    {
        using DeviceMemory a = Integers(1, kind.ATransposed ? (K, M) : (M, K), kind.Type, LargestFactor);
        using DeviceMemory b = Integers(2, kind.BTransposed ? (N, K) : (K, N), kind.Type, LargestFactor);
        using DeviceMemory bias = Integers(3, (1, N), kind.Bias ?? DType.F32, LargestAddend);
        float[] expected = Product(_own), got = Product(_library);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!expected[i].Equals(got[i]))
                return $"{kind}: D[{i / (N + Pad)}, {i % (N + Pad)}]: expected {expected[i]}, got {got[i]}";
        }

        return null;

        float[] Product(IGemm gemm)
        {
            using DeviceMemory d = Integers(4, (M, N), kind.TypeD, LargestAddend);
            gemm.Run(new GemmCall(
                M, N, K, new GemmOperand(a.Address, kind.Type, (kind.ATransposed ? M : K) + Pad, kind.ATransposed),
                new GemmOperand(b.Address, kind.Type, (kind.BTransposed ? K : N) + Pad, kind.BTransposed),
                new GemmOperand(d.Address, kind.TypeD, N + Pad), Beta: kind.Beta)
            {
                Bias = kind.Bias is { } type ? new GemmBias(bias.Address, type) : null,
            });
            _stream.Synchronize();
            return Values(d, kind.TypeD);
        }
    }

    /// <summary>A matrix with its padding, seeded.</summary>
    private DeviceMemory Integers(int seed, (int Rows, int Columns) size, DType type, int largest)
    {
        var random = new CounterRandom((ulong)seed);
        var values = new float[size.Rows * (size.Columns + Pad)];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.Below((ulong)i, (2 * largest) + 1) - largest;
        var memory = new DeviceMemory(_context, "product to prove", (nuint)(values.Length * type.Size()));
        if (type == DType.BF16)
            memory.Upload<ushort>(Array.ConvertAll(values, Bf16.Round));
        else
            memory.Upload<float>(values);
        return memory;
    }

    private static float[] Values(DeviceMemory memory, DType type)
    {
        if (type == DType.BF16)
        {
            var bits = new ushort[(int)memory.Bytes / sizeof(ushort)];
            memory.Download(bits.AsSpan());
            return Array.ConvertAll(bits, Bf16.Widen);
        }

        var values = new float[(int)memory.Bytes / sizeof(float)];
        memory.Download(values.AsSpan());
        return values;
    }

    private sealed record Kind(
        DType Type, bool ATransposed, bool BTransposed, DType TypeD, float Beta, DType? Bias)
    {
        public override string ToString() =>
            $"{(ATransposed ? "A^T" : "A")} {(BTransposed ? "B^T" : "B")} of {Type}, {M} x {N} x {K}, "
            + $"{(Beta == 0 ? "into" : "onto")} {TypeD}{(Bias is { } bias ? $" with a bias of {bias}" : "")}";
    }
}
