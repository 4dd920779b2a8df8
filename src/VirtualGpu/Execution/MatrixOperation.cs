using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MolEngine.Kernels.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// mma.sync m16n8kK, D = A B + C with fp32 accumulation: bf16 with K = 8 or 16, tf32 with K = 8. Products are exact and
/// summed in double, and rounded once; on demand D is off by a few units in the last place of the largest part, as the
/// order and the width of the sum inside the instruction are not specified.
/// </summary>
/// <param name="d">Four registers.</param>
/// <param name="a">K / 4 registers for bf16, K / 2 for tf32.</param>
internal sealed unsafe class MatrixOperation(int[] d, int[] a, int[] b, int[] c, int k, bool isTf32) : Operation
{
    private const int M = 16;
    private const int N = 8;

    /// <summary>Multiplications and additions.</summary>
    public long Operations => 2L * M * N * k;

    public override void Execute(Warp warp, uint mask)
    {
        double* left = stackalloc double[M * 16];
        double* right = stackalloc double[16 * N];
        double* sums = stackalloc double[M * N];
        if (isTf32)
            LoadTf32(warp, left, right);
        else
            LoadBFloat16(warp, left, right);
        LoadSums(warp, sums);
        ulong? seed = warp.Block.Launch.Options.PerturbationSeed;
        double* sizes = stackalloc double[M * N];
        if (seed is not null)
            Sizes(left, right, sums, sizes);
        Multiply(left, right, sums);
        if (seed is { } key)
            Perturb(key, sums, sizes);
        Store(warp, sums);
    }

    /// <summary>Row by row: each element of A times a row of B, eight columns at a time.</summary>
    private void Multiply(double* left, double* right, double* sums)
    {
        for (int row = 0; row < M; row++)
        {
            Vector512<double> sum = Vector512.Load(sums + (row * N));
            double* factors = left + (row * k);
            for (int i = 0; i < k; i++)
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(factors[i]), Vector512.Load(right + (i * N)), sum);
            sum.Store(sums + (row * N));
        }
    }

    /// <summary>
    /// A's register i has rows 8 (i &amp; 1) .. and columns 8 (i / 2) ..: as 16-bit numbers its lanes are an 8x8 matrix, row
    /// by row. B's register i is such a matrix, too, transposed.
    /// </summary>
    private void LoadBFloat16(Warp warp, double* left, double* right)
    {
        for (int i = 0; i < a.Length; i++)
        {
            ushort* register = (ushort*)warp.Words(a[i]);
            double* corner = left + (8 * (i & 1) * k) + (8 * (i >> 1));
            for (int row = 0; row < 8; row++)
            {
                for (int column = 0; column < 8; column++)
                    corner[(row * k) + column] = BFloat16(register[(row * 8) + column]);
            }
        }

        for (int i = 0; i < b.Length; i++)
        {
            ushort* register = (ushort*)warp.Words(b[i]);
            for (int column = 0; column < N; column++)
            {
                for (int row = 0; row < 8; row++)
                    right[(((8 * i) + row) * N) + column] = BFloat16(register[(column * 8) + row]);
            }
        }
    }

    /// <summary>The hardware reads the upper 19 bits of each register.</summary>
    private void LoadTf32(Warp warp, double* left, double* right)
    {
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            int g = lane >> 2, t = lane & 3;
            for (int i = 0; i < 4; i++)
                left[((g + (8 * (i & 1))) * k) + t + (4 * (i >> 1))] = Tf32(warp.Words(a[i])[lane]);
            for (int i = 0; i < 2; i++)
                right[((t + (4 * i)) * N) + g] = Tf32(warp.Words(b[i])[lane]);
        }
    }

    private void LoadSums(Warp warp, double* sums)
    {
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            for (int i = 0; i < 4; i++)
                sums[Place(lane, i)] = ((float*)warp.Words(c[i]))[lane];
        }
    }

    private void Store(Warp warp, double* sums)
    {
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            for (int i = 0; i < 4; i++)
                ((float*)warp.Words(d[i]))[lane] = Arithmetic.FloatFunctions.Canonical((float)sums[Place(lane, i)]);
        }
    }

    /// <summary>The largest part of each sum.</summary>
    private void Sizes(double* left, double* right, double* sums, double* sizes)
    {
        for (int i = 0; i < M * N; i++)
        {
            sizes[i] = Math.Abs(sums[i]);
            for (int j = 0; j < k; j++)
                sizes[i] = Math.Max(sizes[i], Math.Abs(left[(i / N * k) + j] * right[(j * N) + (i % N)]));
        }
    }

    private void Perturb(ulong seed, double* sums, double* sizes)
    {
        for (int i = 0; i < M * N; i++)
        {
            if (!double.IsFinite(sums[i]) || sizes[i] == 0)
                continue;
            ulong random = SplitMix64.Hash(seed, (ulong)Pc, (ulong)i, BitConverter.DoubleToUInt64Bits(sums[i]));
            double unit = ((random >> 11) * Math.ScaleB(1, -52)) - 1;
            sums[i] += unit * 2 * Arithmetic.ApproximateFunctions.Ulp(sizes[i]);
        }
    }

    /// <summary>C's register i of a lane: rows g and g + 8, columns 2t and 2t + 1.</summary>
    private static int Place(int lane, int i) => (((lane >> 2) + (8 * (i >> 1))) * N) + (2 * (lane & 3)) + (i & 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double BFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static double Tf32(uint bits) => BitConverter.UInt32BitsToSingle(bits & ~0x1FFFu);
}
