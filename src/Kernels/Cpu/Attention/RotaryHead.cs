using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// Norm and rotation of one head [D]. Bodies are written over a width of their own: whole vectors first, then the rest
/// element by element.
/// </summary>
internal static unsafe class RotaryHead<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>z = x (* rstd weight); y1 = z1 cos - z2 sin; y2 = z2 cos + z1 sin. y may be x.</summary>
    /// <param name="weight">fp32 [D], or null without a norm.</param>
    public static void Forward(float* x, float* weight, float eps, float* cos, float* sin, float* y, int d)
    {
        int half = d / 2, whole = half / S.Count * S.Count;
        float rstd = 1;
        if (weight != null)
        {
            rstd = Rstd(x, eps, d);
            RowMath<S, V>.ScaleEach(x, rstd, weight, y, d);
            x = y;
        }

        Rotate<S, V>(x, cos, sin, y, half, 0, whole);
        Rotate<ScalarSimd, float>(x, cos, sin, y, half, whole, half);
    }

    /// <summary>Turns dy into dx in place: the rotation back, then the norm's gradient.</summary>
    /// <param name="g">dy [D] going in, dx coming out.</param>
    /// <param name="x">The head as it went into the norm; not read without one.</param>
    /// <param name="dWeight">fp32 [D], to which dz x rstd is added; null where the norm is frozen.</param>
    public static void Backward(
        float* g, float* x, float* weight, float eps, float* cos, float* sin, float* dWeight, int d)
    {
        int half = d / 2, whole = half / S.Count * S.Count;
        RotateBack<S, V>(g, cos, sin, half, 0, whole);
        RotateBack<ScalarSimd, float>(g, cos, sin, half, whole, half);
        if (weight == null)
            return;
        float rstd = Rstd(x, eps, d);
        if (dWeight != null)
        {
            int wholeHead = d / S.Count * S.Count;
            AddProduct<S, V>(g, x, rstd, dWeight, 0, wholeHead);
            AddProduct<ScalarSimd, float>(g, x, rstd, dWeight, wholeHead, d);
        }

        // dx = rstd (w dz - x rstd^2 mean(w dz x)); g holds w dz from here on.
        RowMath<S, V>.ScaleEach(g, 1, weight, g, d);
        float pull = -rstd * rstd * RowMath<S, V>.Dot(g, x, d) / d;
        RowMath<S, V>.AddScaled(x, pull, g, d);
        RowMath<S, V>.Scale(g, rstd, g, d);
    }

    /// <summary>1 / sqrt(mean(x^2) + eps).</summary>
    private static float Rstd(float* x, float eps, int d) => 1 / MathF.Sqrt(RowMath<S, V>.Dot(x, x, d) / d + eps);

    private static void Rotate<S2, V2>(float* x, float* cos, float* sin, float* y, int half, int from, int to)
        where S2 : struct, ISimd<V2>
        where V2 : unmanaged
    {
        for (int i = from; i < to; i += S2.Count)
        {
            V2 a = S2.Load(x + i), b = S2.Load(x + half + i), c = S2.Load(cos + i), s = S2.Load(sin + i);
            S2.Store(y + i, S2.Subtract(S2.Multiply(a, c), S2.Multiply(b, s)));
            S2.Store(y + half + i, S2.FusedMultiplyAdd(b, c, S2.Multiply(a, s)));
        }
    }

    /// <summary>The transposed rotation.</summary>
    private static void RotateBack<S2, V2>(float* g, float* cos, float* sin, int half, int from, int to)
        where S2 : struct, ISimd<V2>
        where V2 : unmanaged
    {
        for (int i = from; i < to; i += S2.Count)
        {
            V2 a = S2.Load(g + i), b = S2.Load(g + half + i), c = S2.Load(cos + i), s = S2.Load(sin + i);
            S2.Store(g + i, S2.FusedMultiplyAdd(a, c, S2.Multiply(b, s)));
            S2.Store(g + half + i, S2.Subtract(S2.Multiply(b, c), S2.Multiply(a, s)));
        }
    }

    /// <summary>sum += dz x rstd.</summary>
    private static void AddProduct<S2, V2>(float* dz, float* x, float rstd, float* sum, int from, int to)
        where S2 : struct, ISimd<V2>
        where V2 : unmanaged
    {
        V2 factor = S2.Broadcast(rstd);
        for (int i = from; i < to; i += S2.Count)
        {
            V2 scaled = S2.Multiply(S2.Load(x + i), factor);
            S2.Store(sum + i, S2.FusedMultiplyAdd(S2.Load(dz + i), scaled, S2.Load(sum + i)));
        }
    }
}
