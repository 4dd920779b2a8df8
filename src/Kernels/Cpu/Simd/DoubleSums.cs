using System.Runtime.Intrinsics;

namespace MolEngine.Kernels.Cpu.Simd;

/// <summary>
/// Sums of fp32 values taken in float64: eight lanes, element i in lane i mod 8, the tail in lane order, lanes added
/// pairwise. The vector and the plain path give the same bits.
/// </summary>
internal static unsafe class DoubleSums
{
    private const int Lanes = 8;

    /// <summary>sum x^2. The square of an fp32 value is exact in float64.</summary>
    public static double Squares(float* x, int count, bool vectors)
    {
        double* lane = stackalloc double[Lanes];
        new Span<double>(lane, Lanes).Clear();
        int whole = count - count % Lanes;
        if (vectors)
        {
            Vector256<double> low = Vector256<double>.Zero, high = Vector256<double>.Zero;
            for (int i = 0; i < whole; i += Lanes)
            {
                (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.Load(x + i));
                low += a * a;
                high += b * b;
            }

            low.Store(lane);
            high.Store(lane + 4);
        }
        else
        {
            for (int i = 0; i < whole; i++)
                lane[i % Lanes] += (double)x[i] * x[i];
        }

        for (int i = whole; i < count; i++)
            lane[i - whole] += (double)x[i] * x[i];
        return lane[0] + lane[4] + (lane[2] + lane[6]) + (lane[1] + lane[5] + (lane[3] + lane[7]));
    }
}
