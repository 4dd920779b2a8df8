using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Cpu.Simd;

/// <summary>
/// The exponential over any vector width, in three kinds that differ in what they promise at the ends and in how
/// inaccurate and how fast they are; every width gives the same bits.
/// </summary>
/// <remarks>
/// x = n ln 2 + r with |r| at most ln 2 / 2; then e^r = 1 + r + r^2 P(r). The two parts of ln 2 and the six
/// coefficients of P are those of S. Moshier's Cephes library (single/expf.c, netlib.org/cephes).
/// </remarks>
internal static class SimdMath
{
    private const float P5 = 1.9875691500e-4f;
    private const float P4 = 1.3981999507e-3f;
    private const float P3 = 8.3334519073e-3f;
    private const float P2 = 4.1665795894e-2f;
    private const float P1 = 1.6666665459e-1f;
    private const float P0 = 5.0000001201e-1f;

    /// <summary>
    /// e^x, relative error at most 1.2e-7 (about an ulp); 0 below -86.9 (where e^x nears the denormals, which are
    /// slow), +infinity above 88.7228 (where fp32 ends), NaN for NaN, and exactly 1 at 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<S, V>(V x)
        where S : ISimd<V>
        where V : unmanaged
    {
        const float lowest = -86.9f;          // n - 1 stays at or above -126
        const float highest = 88.7228317f;    // the largest x with e^x < 2^128
        V bounded = S.Min(S.Broadcast(highest), S.Max(S.Broadcast(lowest), x));
        V r = Reduce<S, V>(bounded, out V n);
        V p = Series<S, V>(r);
        // 2^n as 2 * 2^(n - 1): 2^128 has no fp32.
        V power = S.Multiply(S.Add(p, p), S.PowerOfTwo(S.Subtract(n, S.Broadcast(1))));
        V floored = S.SelectGreater(S.Broadcast(lowest), x, S.Zero, power);
        return S.SelectGreater(x, S.Broadcast(highest), S.Broadcast(float.PositiveInfinity), floored);
    }

    /// <summary>
    /// e^x / 2^unit for x up to (unit + 127) ln 2, relative error as <see cref="Exp"/>; what lies more than 2^125 below
    /// the unit, NaN included, is taken as 2^-125 of it. The unit only moves the exponent: the digits are those of e^x.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpInUnits<S, V>(V x, int unit)
        where S : ISimd<V>
        where V : unmanaged
    {
        V lowest = S.Broadcast((unit - 125) * 0.69314718f);
        V r = Reduce<S, V>(S.SelectGreater(x, lowest, x, lowest), out V n);
        return S.Multiply(Series<S, V>(r), S.PowerOfTwo(S.Subtract(n, S.Broadcast(unit))));
    }

    /// <summary>
    /// e^x for scores less their maximum or log-sum-exp, never much above 0: relative error at most 2e-7 for x in -87.3
    /// .. 80; x below is taken as -87.3 (1.2e-38). NaN stays NaN. Two thirds of the operations of <see cref="Exp"/> and
    /// half its latency, which is what bounds the softmax.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpOfScore<S, V>(V x)
        where S : ISimd<V>
        where V : unmanaged
    {
        V lowest = S.Broadcast(-87.3f);
        V r = Reduce<S, V>(S.SelectGreater(lowest, x, lowest, x), out V n);
        return S.Multiply(SeriesInPairs<S, V>(r), S.PowerOfTwo(n));
    }

    /// <summary>x = n ln 2 + r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Reduce<S, V>(V x, out V n)
        where S : ISimd<V>
        where V : unmanaged
    {
        n = S.Round(S.Multiply(x, S.Broadcast(1.44269504f)));
        V r = S.FusedMultiplyAdd(n, S.Broadcast(-0.693359375f), x);
        return S.FusedMultiplyAdd(n, S.Broadcast(2.12194440e-4f), r);
    }

    /// <summary>e^r by Horner's scheme: the most accurate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Series<S, V>(V r)
        where S : ISimd<V>
        where V : unmanaged
    {
        V p = S.FusedMultiplyAdd(S.Broadcast(P5), r, S.Broadcast(P4));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(P3));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(P2));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(P1));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(P0));
        return S.Add(S.FusedMultiplyAdd(S.Multiply(p, r), r, r), S.Broadcast(1));
    }

    /// <summary>e^r by Estrin's scheme: pairs that do not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SeriesInPairs<S, V>(V r)
        where S : ISimd<V>
        where V : unmanaged
    {
        V square = S.Multiply(r, r);
        V high = S.FusedMultiplyAdd(S.Broadcast(P5), r, S.Broadcast(P4));
        V middle = S.FusedMultiplyAdd(S.Broadcast(P3), r, S.Broadcast(P2));
        V low = S.FusedMultiplyAdd(S.Broadcast(P1), r, S.Broadcast(P0));
        V p = S.FusedMultiplyAdd(S.FusedMultiplyAdd(high, square, middle), square, low);
        return S.Add(S.FusedMultiplyAdd(p, square, r), S.Broadcast(1));
    }
}
