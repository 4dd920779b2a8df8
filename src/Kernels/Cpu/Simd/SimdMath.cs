using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Cpu.Simd;

/// <summary>Elementary functions over any vector width; every width gives the same bits.</summary>
internal static class SimdMath
{
    /// <summary>
    /// e^x, relative error at most 1.2e-7 (about an ulp); 0 below -86.9 (where e^x nears the denormals, which are
    /// slow), +infinity above 88.7228 (where fp32 ends), NaN for NaN, and exactly 1 at 0.
    /// </summary>
    /// <remarks>
    /// x = n ln 2 + r with |r| at most ln 2 / 2; then e^r = 1 + r + r^2 P(r). The two parts of ln 2 and the six
    /// coefficients of P are those of S. Moshier's Cephes library (single/expf.c, netlib.org/cephes). 2^n is applied as
    /// 2 * 2^(n - 1), since 2^128 has no fp32.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<S, V>(V x)
        where S : ISimd<V>
        where V : unmanaged
    {
        const float lowest = -86.9f;          // n - 1 stays at or above -126
        const float highest = 88.7228317f;    // the largest x with e^x < 2^128
        V bounded = S.Min(S.Broadcast(highest), S.Max(S.Broadcast(lowest), x));
        V n = S.Round(S.Multiply(bounded, S.Broadcast(1.44269504f)));
        V r = S.FusedMultiplyAdd(n, S.Broadcast(-0.693359375f), bounded);
        r = S.FusedMultiplyAdd(n, S.Broadcast(2.12194440e-4f), r);
        V p = S.Broadcast(1.9875691500e-4f);
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(1.3981999507e-3f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(8.3334519073e-3f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(4.1665795894e-2f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(1.6666665459e-1f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(5.0000001201e-1f));
        p = S.Add(S.FusedMultiplyAdd(S.Multiply(p, r), r, r), S.Broadcast(1));
        V power = S.Multiply(S.Add(p, p), S.PowerOfTwo(S.Subtract(n, S.Broadcast(1))));
        V floored = S.SelectGreater(S.Broadcast(lowest), x, S.Zero, power);
        return S.SelectGreater(x, S.Broadcast(highest), S.Broadcast(float.PositiveInfinity), floored);
    }
}
