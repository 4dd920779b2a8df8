using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void SwiGluCore(Tensor gate, Tensor up, Tensor y)
    {
        ForRows(gate, [gate, up, y], (row, start, count) =>
        {
            float* g = Row(gate, row) + start, u = Row(up, row) + start, output = Row(y, row) + start;
            int whole = count - count % S.Count;
            SwiGluRange<S, V>(g, u, output, whole);
            SwiGluRange<ScalarSimd, float>(g + whole, u + whole, output + whole, count - whole);
        });
    }

    protected override void SwiGluBackwardCore(
        Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp, Tensor y)
    {
        ForRows(gate, [dy, gate, up, dGate, dUp, y], (row, start, count) =>
        {
            float* d = Row(dy, row) + start, g = Row(gate, row) + start, u = Row(up, row) + start;
            float* dg = Row(dGate, row) + start, du = Row(dUp, row) + start, output = Row(y, row) + start;
            int whole = count - count % S.Count;
            SwiGluBackwardRange<S, V>(d, g, u, dg, du, output, whole);
            SwiGluBackwardRange<ScalarSimd, float>(
                d + whole, g + whole, u + whole, dg + whole, du + whole, output + whole, count - whole);
        });
    }

    /// <summary>
    /// Runs <paramref name="body"/> (row, first element, elements) over pieces of the rows of a matrix; over chunks of
    /// all of it, as one row, where every one of <paramref name="all"/> is dense.
    /// </summary>
    private void ForRows(Tensor matrix, Tensor[] all, Action<int, long, int> body)
    {
        if (all.All(x => x.IsDense))
        {
            ForChunks(matrix.Count, (start, count) => body(0, start, count));
            return;
        }

        int width = matrix.Shape[1];
        ForTokens(matrix.Shape[0], width, t => body(t, 0, width));
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
