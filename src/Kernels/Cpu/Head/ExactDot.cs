using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// A logit in float64: products of two fp32 numbers are exact there. Eight lanes, element i in lane i mod 8, the rest
/// in lane order; the vector and the plain path give the same bits.
/// </summary>
internal static unsafe class ExactDot
{
    private const int Lanes = 8;

    /// <param name="x">fp32.</param>
    /// <param name="w">fp32 or bf16.</param>
    public static double Of(float* x, void* w, DType type, int count, bool vectors)
    {
        double* lane = stackalloc double[Lanes];
        new Span<double>(lane, Lanes).Clear();
        int whole = count - count % Lanes;
        if (vectors)
            Vectors(x, w, type, whole, lane);
        for (int i = vectors ? whole : 0; i < count; i++)
            lane[i % Lanes] += (double)x[i] * Element(w, type, i);
        return lane[0] + lane[4] + (lane[2] + lane[6]) + (lane[1] + lane[5] + (lane[3] + lane[7]));
    }

    private static void Vectors(float* x, void* w, DType type, int count, double* lane)
    {
        Vector256<double> low = Vector256<double>.Zero, high = Vector256<double>.Zero;
        for (int i = 0; i < count; i += Lanes)
        {
            Vector256<float> row = type == DType.BF16
                ? Vector256Simd.LoadBf16((ushort*)w + i)
                : Vector256.Load((float*)w + i);
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.Load(x + i));
            (Vector256<double> c, Vector256<double> d) = Vector256.Widen(row);
            low += a * c;
            high += b * d;
        }

        low.Store(lane);
        high.Store(lane + 4);
    }

    private static float Element(void* w, DType type, int i) =>
        type == DType.BF16 ? ScalarSimd.LoadBf16((ushort*)w + i) : ((float*)w)[i];
}
