using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;

namespace MolEngine.Kernels.Cpu.Limits;

/// <summary>
/// The most floating-point operations that the processor gives: independent fused multiply-adds in registers.
/// </summary>
internal static class FmaPeak<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private const int Chains = 12;

    private static float _sink;

    /// <summary>
    /// Multiply-adds on every worker, about <paramref name="operations"/> floating-point operations in all: give it as
    /// many as the product it is compared with, so that both are disturbed alike. Returns how many they were.
    /// </summary>
    public static double Burst(WorkerPool pool, double operations)
    {
        double ofStep = 2.0 * Chains * S.Count * pool.Workers;
        int steps = (int)Math.Max(100, operations / ofStep);
        pool.OnAll(worker => _sink = Run(steps, 1e-3f * worker));
        return steps * ofStep;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Run(int steps, float seed)
    {
        V x = S.Broadcast(seed), y = S.Broadcast(1e-9f);
        V a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < steps; n++)
        {
            a = S.FusedMultiplyAdd(x, y, a);
            b = S.FusedMultiplyAdd(x, y, b);
            c = S.FusedMultiplyAdd(x, y, c);
            d = S.FusedMultiplyAdd(x, y, d);
            e = S.FusedMultiplyAdd(x, y, e);
            f = S.FusedMultiplyAdd(x, y, f);
            g = S.FusedMultiplyAdd(x, y, g);
            h = S.FusedMultiplyAdd(x, y, h);
            i = S.FusedMultiplyAdd(x, y, i);
            j = S.FusedMultiplyAdd(x, y, j);
            k = S.FusedMultiplyAdd(x, y, k);
            l = S.FusedMultiplyAdd(x, y, l);
        }

        V left = S.Add(S.Add(S.Add(a, b), S.Add(c, d)), S.Add(e, f));
        return S.Sum(S.Add(left, S.Add(S.Add(S.Add(g, h), S.Add(i, j)), S.Add(k, l))));
    }
}
