using System.Runtime.Intrinsics;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Simd;

/// <summary>
/// Sums of products of fp32 values taken in float64, where such a product is exact: eight lanes, element i in lane i
/// mod 8, the rest in lane order, lanes added pairwise. The vector and the plain path give the same bits.
/// </summary>
internal static unsafe class DoubleSums
{
    private const int Lanes = 8;

    /// <summary>sum x^2. A loop of its own: <see cref="Dot"/> would widen every element twice.</summary>
    public static double Squares(float* x, int count, bool vectors)
    {
        int whole = count - count % Lanes;
        if (!vectors || whole == 0)
            return Dot<F32Weights>(x, (byte*)x, count, false);
        Vector256<double> low = Vector256<double>.Zero, high = Vector256<double>.Zero;
        for (int i = 0; i < whole; i += Lanes)
        {
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.Load(x + i));
            low += a * a;
            high += b * b;
        }

        double* lane = stackalloc double[Lanes];
        low.Store(lane);
        high.Store(lane + 4);
        for (int i = whole; i < count; i++)
            lane[i - whole] += (double)x[i] * x[i];
        return Total(lane);
    }

    /// <summary>sum x w.</summary>
    /// <param name="x">fp32.</param>
    /// <param name="w">fp32 or bf16.</param>
    public static double Dot(float* x, void* w, DType type, int count, bool vectors) => type == DType.BF16
        ? Dot<Bf16Weights>(x, (byte*)w, count, vectors)
        : Dot<F32Weights>(x, (byte*)w, count, vectors);

    private static double Dot<W>(float* x, byte* w, int count, bool vectors)
        where W : struct, IWeightType
    {
        double* lane = stackalloc double[Lanes];
        new Span<double>(lane, Lanes).Clear();
        int whole = count - count % Lanes;
        if (vectors)
            Vectors<W>(x, w, whole, lane);
        for (int i = vectors ? whole : 0; i < count; i++)
            lane[i % Lanes] += (double)x[i] * W.Load<ScalarSimd, float>(w + i * (nint)W.Size);
        return Total(lane);
    }

    private static double Total(double* lane) =>
        lane[0] + lane[4] + (lane[2] + lane[6]) + (lane[1] + lane[5] + (lane[3] + lane[7]));

    private static void Vectors<W>(float* x, byte* w, int count, double* lane)
        where W : struct, IWeightType
    {
        Vector256<double> low = Vector256<double>.Zero, high = Vector256<double>.Zero;
        for (int i = 0; i < count; i += Lanes)
        {
            Vector256<float> row = W.Load<Vector256Simd, Vector256<float>>(w + i * (nint)W.Size);
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.Load(x + i));
            (Vector256<double> c, Vector256<double> d) = Vector256.Widen(row);
            low += a * c;
            high += b * d;
        }

        low.Store(lane);
        high.Store(lane + 4);
    }
}
