using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MolEngine.Basics.Numerics;
using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// mma.sync m16n8kK, D = A B + C with fp32 accumulation: bf16 with K = 8 or 16, tf32 with K = 8. Products are exact and
/// summed in double, and rounded once; on demand D is off by a few units in the last place of the largest part, as the
/// order and the width of the sum inside the instruction are not specified, or cut off as the literature found it on
/// hardware.
/// </summary>
/// <remarks>
/// Fasi, Higham, Mikaitis, Pranesh 2021 ("Numerical behavior of NVIDIA tensor cores", PeerJ Computer Science 7:e330): a
/// sum and the products of a step are aligned to the largest exponent among them, cut off there, added, and cut off to
/// fp32. Khattak and Mikaitis 2025 ("Accurate Models of NVIDIA Tensor Cores", arXiv 2512.07004, with models that give
/// the hardware's bits) found steps of 4 products on a V100, 8 on an A100 and Ada, 16 on an H100 (half as many of tf32
/// on the last three), and 0, 1 and 2 bits kept beyond fp32's last place. Here it is the step of an A100 and no bit: an
/// element is cut off as often as there, or oftener, and each cut takes twice as much as an A100's at most.
/// </remarks>
/// <param name="d">Four registers.</param>
/// <param name="a">K / 4 registers for bf16, K / 2 for tf32.</param>
internal sealed unsafe class MatrixOperation(int[] d, int[] a, int[] b, int[] c, int k, bool isTf32) : Operation
{
    private const int M = 16;
    private const int N = 8;

    /// <summary>Multiplications and additions.</summary>
    public long Operations => 2L * M * N * k;

    [SkipLocalsInit]
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
        if (warp.Block.Launch.Options.TruncatesProducts)
        {
            MultiplyTruncating(left, right, sums);
            Store(warp, sums);
            return;
        }

        ulong? seed = warp.Block.Launch.Options.PerturbationSeed;
        double* sizes = stackalloc double[M * N];
        if (seed is not null)
            Sizes(left, right, sums, sizes);
        Multiply(left, right, sums);
        if (seed is { } key)
            Perturb(key, sums, sizes);
        Store(warp, sums);
    }

    /// <summary>Each element of A times a row of B, eight columns at a time and four rows side by side.</summary>
    private void Multiply(double* left, double* right, double* sums)
    {
        for (int row = 0; row < M; row += 4, left += 4 * k, sums += 4 * N)
        {
            Vector512<double> sum0 = Vector512.Load(sums), sum1 = Vector512.Load(sums + N);
            Vector512<double> sum2 = Vector512.Load(sums + (2 * N)), sum3 = Vector512.Load(sums + (3 * N));
            for (int i = 0; i < k; i++)
            {
                Vector512<double> factors = Vector512.Load(right + (i * N));
                sum0 = Vector512.FusedMultiplyAdd(Vector512.Create(left[i]), factors, sum0);
                sum1 = Vector512.FusedMultiplyAdd(Vector512.Create(left[k + i]), factors, sum1);
                sum2 = Vector512.FusedMultiplyAdd(Vector512.Create(left[(2 * k) + i]), factors, sum2);
                sum3 = Vector512.FusedMultiplyAdd(Vector512.Create(left[(3 * k) + i]), factors, sum3);
            }

            sum0.Store(sums);
            sum1.Store(sums + N);
            sum2.Store(sums + (2 * N));
            sum3.Store(sums + (3 * N));
        }
    }

    private void MultiplyTruncating(double* left, double* right, double* sums)
    {
        int step = isTf32 ? 4 : 8;
        Vector512<double>* products = stackalloc Vector512<double>[step];
        for (int row = 0; row < M; row++, left += k, sums += N)
        {
            Vector512<double> sum = Vector512.Load(sums);
            for (int first = 0; first < k; first += step)
            {
                Vector512<double> largest = Power(sum);
                for (int i = 0; i < step; i++)
                {
                    products[i] = Vector512.Create(left[first + i]) * Vector512.Load(right + ((first + i) * N));
                    largest = Vector512.Max(largest, Power(products[i]));
                }

                Vector512<double> exact = sum, cut = Cut(sum, largest);
                for (int i = 0; i < step; i++)
                {
                    exact += products[i];
                    cut += Cut(products[i], largest);
                }

                // Infinities and NaN are what they are in any order.
                cut = Cut(cut, Power(cut));
                sum = Vector512.ConditionalSelect(Vector512.Equals(exact - exact, Vector512<double>.Zero), cut, exact);
            }

            sum.Store(sums);
        }
    }

    /// <summary>2^e of numbers whose exponent is e; 0 of 0.</summary>
    private static Vector512<double> Power(Vector512<double> x) =>
        (x.AsUInt64() & Vector512.Create(0x7FF0_0000_0000_0000UL)).AsDouble();

    /// <summary>Without what lies below fp32's last place of a number whose exponent is the power's.</summary>
    private static Vector512<double> Cut(Vector512<double> x, Vector512<double> power)
    {
        Vector512<double> unit = power * Vector512.Create(1.0 / (1 << 23));
        Vector512<double> cut = Vector512.Truncate(x / unit) * unit;
        return Vector512.ConditionalSelect(Vector512.Equals(power, Vector512<double>.Zero), x, cut);
    }

    /// <summary>
    /// A's register i has rows 8 (i &amp; 1) .. and columns 8 (i / 2) ..: as 16-bit numbers its lanes are an 8x8
    /// matrix, row by row. B's register i is such a matrix, too, transposed.
    /// </summary>
    [SkipLocalsInit]
    private void LoadBFloat16(Warp warp, double* left, double* right)
    {
        for (int i = 0; i < a.Length; i++)
        {
            ushort* register = (ushort*)warp.Words(a[i]);
            double* corner = left + (8 * (i & 1) * k) + (8 * (i >> 1));
            for (int g = 0; g < 8; g++)
                Widen(Vector128.Load(register + (g * 8)), corner + (g * k));
        }

        ushort* transposed = stackalloc ushort[8 * N];
        ushort** columns = stackalloc ushort*[N];
        Vector128<ushort> places = Vector128.Create((ushort)0, 2, 4, 6, 1, 3, 5, 7);
        for (int i = 0; i < b.Length; i++)
        {
            for (int column = 0; column < N; column++)
                columns[column] = (ushort*)warp.Words(b[i]) + (column * 8);
            HalfMatrix.Transpose(columns, transposed);
            for (int g = 0; g < 8; g++)
                Widen(Vector128.Shuffle(Vector128.Load(transposed + (g * N)), places), right + (((8 * i) + g) * N));
        }
    }

    /// <summary>Eight bf16 as doubles: exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector128<ushort> bits, double* to)
    {
        Vector256<float> singles =
            (Vector256.Create(Vector128.WidenLower(bits), Vector128.WidenUpper(bits)) << 16).AsSingle();
        (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(singles);
        lower.Store(to);
        upper.Store(to + 4);
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
                right[((t + (4 * i)) * N) + Place(g)] = Tf32(warp.Words(b[i])[lane]);
        }
    }

    /// <summary>
    /// C's registers i and i + 1 of four neighbouring lanes are a row: its even columns, then its odd ones.
    /// </summary>
    private void LoadSums(Warp warp, double* sums)
    {
        for (int i = 0; i < 4; i += 2)
        {
            float* even = (float*)warp.Words(c[i]), odd = (float*)warp.Words(c[i + 1]);
            for (int g = 0; g < 8; g++)
            {
                double* row = sums + ((g + (4 * i)) * N);
                (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(
                    Vector256.Create(Vector128.Load(even + (4 * g)), Vector128.Load(odd + (4 * g))));
                lower.Store(row);
                upper.Store(row + 4);
            }
        }
    }

    private void Store(Warp warp, double* sums)
    {
        Vector256<float> nan = Vector256.Create(Arithmetic.FloatFunctions.CanonicalNaN);
        for (int i = 0; i < 4; i += 2)
        {
            float* even = (float*)warp.Words(d[i]), odd = (float*)warp.Words(d[i + 1]);
            for (int g = 0; g < 8; g++)
            {
                double* row = sums + ((g + (4 * i)) * N);
                Vector256<float> rounded = Vector256.Narrow(Vector256.Load(row), Vector256.Load(row + 4));
                rounded = Vector256.ConditionalSelect(Vector256.Equals(rounded, rounded), rounded, nan);
                rounded.GetLower().Store(even + (4 * g));
                rounded.GetUpper().Store(odd + (4 * g));
            }
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

    /// <summary>Where a column of B and of the sums lies: even columns first, as registers of C have them.</summary>
    private static int Place(int column) => (column >> 1) + (4 * (column & 1));

    private static double Tf32(uint bits) => BitConverter.UInt32BitsToSingle(bits & ~0x1FFFu);
}
