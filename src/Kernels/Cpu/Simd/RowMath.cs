using System.Runtime.CompilerServices;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Simd;

/// <summary>
/// Passes over single rows of any length: whole vectors, then the rest element by element. Orders of summation depend
/// on the length alone. Outputs may be inputs.
/// </summary>
internal static unsafe class RowMath<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>sum a b, for rows as short as a head: two running vectors.</summary>
    public static float Dot(float* a, float* b, int n)
    {
        V sum0 = S.Zero, sum1 = S.Zero;
        int i = 0;
        for (; i + 2 * S.Count <= n; i += 2 * S.Count)
        {
            sum0 = S.FusedMultiplyAdd(S.Load(a + i), S.Load(b + i), sum0);
            sum1 = S.FusedMultiplyAdd(S.Load(a + i + S.Count), S.Load(b + i + S.Count), sum1);
        }

        for (; i + S.Count <= n; i += S.Count)
            sum0 = S.FusedMultiplyAdd(S.Load(a + i), S.Load(b + i), sum0);
        float sum = S.Sum(S.Add(sum0, sum1));
        for (; i < n; i++)
            sum = MathF.FusedMultiplyAdd(a[i], b[i], sum);
        return sum;
    }

    /// <summary>
    /// sum a b w (w = 1 where null), for rows as long as a hidden state: four running vectors and a scalar tail.
    /// </summary>
    public static float WeightedDot(float* a, float* b, float* w, int n)
    {
        V s0 = S.Zero, s1 = S.Zero, s2 = S.Zero, s3 = S.Zero;
        int i = 0;
        for (; i + 4 * S.Count <= n; i += 4 * S.Count)
        {
            s0 = S.FusedMultiplyAdd(Weighted(a, w, i), S.Load(b + i), s0);
            s1 = S.FusedMultiplyAdd(Weighted(a, w, i + S.Count), S.Load(b + i + S.Count), s1);
            s2 = S.FusedMultiplyAdd(Weighted(a, w, i + 2 * S.Count), S.Load(b + i + 2 * S.Count), s2);
            s3 = S.FusedMultiplyAdd(Weighted(a, w, i + 3 * S.Count), S.Load(b + i + 3 * S.Count), s3);
        }

        for (; i + S.Count <= n; i += S.Count)
            s0 = S.FusedMultiplyAdd(Weighted(a, w, i), S.Load(b + i), s0);
        float tail = 0;
        for (; i < n; i++)
            tail = MathF.FusedMultiplyAdd(w is null ? a[i] : a[i] * w[i], b[i], tail);
        return S.Sum(S.Add(S.Add(s0, s1), S.Add(s2, s3))) + tail;
    }

    /// <summary>y = a x.</summary>
    public static void Scale(float* x, float a, float* y, int n)
    {
        V factor = S.Broadcast(a);
        int i = 0;
        for (; i + S.Count <= n; i += S.Count)
            S.Store(y + i, S.Multiply(factor, S.Load(x + i)));
        for (; i < n; i++)
            y[i] = a * x[i];
    }

    /// <summary>y = x a w.</summary>
    public static void ScaleEach(float* x, float a, float* w, float* y, int n)
    {
        V factor = S.Broadcast(a);
        int i = 0;
        for (; i + S.Count <= n; i += S.Count)
            S.Store(y + i, S.Multiply(S.Multiply(S.Load(x + i), factor), S.Load(w + i)));
        for (; i < n; i++)
            y[i] = x[i] * a * w[i];
    }

    /// <summary>y += a x.</summary>
    public static void AddScaled(float* x, float a, float* y, int n) => AddScaled<F32Weights>((byte*)x, a, y, n);

    /// <summary>y += a x for a row x of a weight, fp32 or bf16.</summary>
    public static void AddScaled(void* x, DType type, float a, float* y, int n)
    {
        if (type == DType.BF16)
            AddScaled<Bf16Weights>((byte*)x, a, y, n);
        else
            AddScaled<F32Weights>((byte*)x, a, y, n);
    }

    /// <summary>sum = x + y.</summary>
    public static void Add(float* x, float* y, float* sum, int n)
    {
        int i = 0;
        for (; i + S.Count <= n; i += S.Count)
            S.Store(sum + i, S.Add(S.Load(y + i), S.Load(x + i)));
        for (; i < n; i++)
            sum[i] = y[i] + x[i];
    }

    /// <summary>y = x, widened to fp32.</summary>
    public static void Widen(ushort* x, float* y, int n)
    {
        int i = 0;
        for (; i + S.Count <= n; i += S.Count)
            S.Store(y + i, S.LoadBf16(x + i));
        for (; i < n; i++)
            y[i] = ScalarSimd.LoadBf16(x + i);
    }

    /// <summary>Copies <paramref name="rows"/> rows of <paramref name="n"/> floats between strides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyRows(float* source, nint sourceStride, float* target, nint targetStride, int rows, int n)
    {
        for (int r = 0; r < rows; r++)
            new ReadOnlySpan<float>(source + r * sourceStride, n).CopyTo(new Span<float>(target + r * targetStride, n));
    }

    private static void AddScaled<W>(byte* x, float a, float* y, int n)
        where W : struct, IWeightType
    {
        V factor = S.Broadcast(a);
        int i = 0;
        for (; i + S.Count <= n; i += S.Count)
            S.Store(y + i, S.FusedMultiplyAdd(factor, W.Load<S, V>(x + i * (nint)W.Size), S.Load(y + i)));
        for (; i < n; i++)
            y[i] = MathF.FusedMultiplyAdd(a, W.Load<ScalarSimd, float>(x + i * (nint)W.Size), y[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Weighted(float* a, float* w, int i) =>
        w is null ? S.Load(a + i) : S.Multiply(S.Load(a + i), S.Load(w + i));
}
