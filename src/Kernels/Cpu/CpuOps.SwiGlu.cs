using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void SwiGluCore(Tensor gate, Tensor up, Tensor y)
    {
        float* g = F32(gate), u = F32(up), output = F32(y);
        ForChunks(gate.Count, (start, count) =>
        {
            int whole = count - count % S.Count;
            long tail = start + whole;
            SwiGluRange<S, V>(g + start, u + start, output + start, whole);
            SwiGluRange<ScalarSimd, float>(g + tail, u + tail, output + tail, count - whole);
        });
    }

    protected override void SwiGluBackwardCore(
        Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp, Tensor y)
    {
        float* d = F32(dy), g = F32(gate), u = F32(up), dg = F32(dGate), du = F32(dUp), output = F32(y);
        ForChunks(gate.Count, (start, count) =>
        {
            int whole = count - count % S.Count;
            long tail = start + whole;
            SwiGluBackwardRange<S, V>(
                d + start, g + start, u + start, dg + start, du + start, output + start, whole);
            SwiGluBackwardRange<ScalarSimd, float>(
                d + tail, g + tail, u + tail, dg + tail, du + tail, output + tail, count - whole);
        });
    }

    private static void SwiGluRange<T, U>(float* gate, float* up, float* y, int count)
        where T : struct, ISimd<U>
        where U : unmanaged
    {
        U one = T.Broadcast(1);
        for (int i = 0; i < count; i += T.Count)
        {
            U g = T.Load(gate + i);
            U silu = T.Divide(g, T.Add(one, SimdMath.Exp<T, U>(T.Subtract(T.Zero, g))));
            T.Store(y + i, T.Multiply(silu, T.Load(up + i)));
        }
    }

    /// <summary>
    /// With s = 1 / (1 + exp(-gate)):  dUp = dy gate s;  dGate = dy up s (1 + gate (1 - s)).
    /// 1 - s is exact where s is above 1/2, and within an ulp of 1 below: no cancellation that the product would show.
    /// </summary>
    private static void SwiGluBackwardRange<T, U>(
        float* dy, float* gate, float* up, float* dGate, float* dUp, float* y, int count)
        where T : struct, ISimd<U>
        where U : unmanaged
    {
        U one = T.Broadcast(1);
        for (int i = 0; i < count; i += T.Count)
        {
            U d = T.Load(dy + i), g = T.Load(gate + i), u = T.Load(up + i);
            U below = T.Add(one, SimdMath.Exp<T, U>(T.Subtract(T.Zero, g))), s = T.Divide(one, below);
            U slope = T.Multiply(s, T.FusedMultiplyAdd(g, T.Subtract(one, s), one));
            T.Store(dGate + i, T.Multiply(T.Multiply(d, u), slope));
            T.Store(dUp + i, T.Multiply(d, T.Multiply(g, s)));
            T.Store(y + i, T.Multiply(T.Divide(g, below), u));
        }
    }
}
