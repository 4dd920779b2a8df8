using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>Passes over single rows of any length. Orders of summation depend on the length alone.</summary>
internal static unsafe class RowMath<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>sum a b.</summary>
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

    /// <summary>y += a x.</summary>
    public static void AddScaled(float* x, float a, float* y, int n)
    {
        V factor = S.Broadcast(a);
        int i = 0;
        for (; i + S.Count <= n; i += S.Count)
            S.Store(y + i, S.FusedMultiplyAdd(factor, S.Load(x + i), S.Load(y + i)));
        for (; i < n; i++)
            y[i] = MathF.FusedMultiplyAdd(a, x[i], y[i]);
    }

    /// <summary>y += x.</summary>
    public static void Add(float* x, float* y, int n)
    {
        int i = 0;
        for (; i + S.Count <= n; i += S.Count)
            S.Store(y + i, S.Add(S.Load(y + i), S.Load(x + i)));
        for (; i < n; i++)
            y[i] += x[i];
    }

    /// <summary>Copies <paramref name="rows"/> rows of <paramref name="n"/> floats between strides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyRows(float* source, nint sourceStride, float* target, nint targetStride, int rows, int n)
    {
        for (int r = 0; r < rows; r++)
            new ReadOnlySpan<float>(source + r * sourceStride, n).CopyTo(new Span<float>(target + r * targetStride, n));
    }
}
