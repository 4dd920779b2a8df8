using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// The exponential of scores less their maximum or log-sum-exp: never much above 0, so that it needs no upper bound.
/// </summary>
internal static class SoftmaxExp
{
    /// <summary>
    /// e^x, relative error at most 2e-7 for x in -87.3 .. 80; x below is taken as -87.3 (1.2e-38). NaN stays NaN. The
    /// coefficients of <see cref="SimdMath.Exp"/>, summed in pairs (Estrin): two thirds of its operations and half its
    /// latency, which is what bounds the softmax.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<S, V>(V x)
        where S : ISimd<V>
        where V : unmanaged
    {
        V lowest = S.Broadcast(-87.3f);
        x = S.SelectGreater(lowest, x, lowest, x);
        V n = S.Round(S.Multiply(x, S.Broadcast(1.44269504f)));
        V r = S.FusedMultiplyAdd(n, S.Broadcast(-0.693359375f), x);
        r = S.FusedMultiplyAdd(n, S.Broadcast(2.12194440e-4f), r);
        V square = S.Multiply(r, r);
        V high = S.FusedMultiplyAdd(S.Broadcast(1.9875691500e-4f), r, S.Broadcast(1.3981999507e-3f));
        V middle = S.FusedMultiplyAdd(S.Broadcast(8.3334519073e-3f), r, S.Broadcast(4.1665795894e-2f));
        V low = S.FusedMultiplyAdd(S.Broadcast(1.6666665459e-1f), r, S.Broadcast(5.0000001201e-1f));
        V p = S.FusedMultiplyAdd(S.FusedMultiplyAdd(high, square, middle), square, low);
        return S.Multiply(S.Add(S.FusedMultiplyAdd(p, square, r), S.Broadcast(1)), S.PowerOfTwo(n));
    }
}
