using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Cpu.Simd;

/// <summary>Elementary functions over any vector width; every width gives the same bits.</summary>
internal static class SimdMath
{
    /// <summary>
    /// e^x, relative error at most 1.2e-7 for x in -87.3 .. 88.3; x below is taken as -87.3 (1.2e-38), above as 88.3. NaN stays NaN.
    /// Cephes' expf: x = n ln 2 + r with |r| at most ln 2 / 2, ln 2 in two parts, a polynomial of degree 7 in r.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<S, V>(V x)
        where S : ISimd<V>
        where V : unmanaged
    {
        x = S.Min(S.Broadcast(88.3f), S.Max(S.Broadcast(-87.3f), x));
        V n = S.Round(S.Multiply(x, S.Broadcast(1.44269504f)));
        V r = S.FusedMultiplyAdd(n, S.Broadcast(-0.693359375f), x);
        r = S.FusedMultiplyAdd(n, S.Broadcast(2.12194440e-4f), r);
        V p = S.Broadcast(1.9875691500e-4f);
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(1.3981999507e-3f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(8.3334519073e-3f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(4.1665795894e-2f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(1.6666665459e-1f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(5.0000001201e-1f));
        p = S.Add(S.FusedMultiplyAdd(S.Multiply(p, r), r, r), S.Broadcast(1));
        return S.Multiply(p, S.PowerOfTwo(n));
    }
}
