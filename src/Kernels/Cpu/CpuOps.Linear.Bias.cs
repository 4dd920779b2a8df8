using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

/// <summary>Biases of linear layers.</summary>
internal sealed unsafe partial class CpuOps<S, V>
{
    /// <summary>y[t] += bias for every token.</summary>
    private void AddBias(Tensor bias, Tensor y)
    {
        int width = y.Shape[1];
        float* values = Widened(bias);
        ForTokens(y.Shape[0], width, t =>
        {
            float* row = Row(y, t);
            RowMath<S, V>.Add(values, row, row, width);
        });
    }

    /// <summary>dBias += column sums of dy, each row's tokens by themselves, rows in order.</summary>
    private void BiasGradient(Tensor dy, SequenceLayout layout, Tensor dBias)
    {
        int width = dy.Shape[1];
        float* to = F32(dBias);
        nint stride = (nint)dy.Stride;
        int[] rows = layout.RowStarts;
        ForColumns(width, (column, columns) =>
        {
            for (int row = 0; row + 1 < rows.Length; row++)
            {
                float* first = Row(dy, rows[row]);
                int tokens = rows[row + 1] - rows[row], j = column, end = column + columns;
                for (; j + S.Count <= end; j += S.Count)
                    AddColumnSums<S, V>(first + j, stride, tokens, to + j);
                for (; j < end; j++)
                    AddColumnSums<ScalarSimd, float>(first + j, stride, tokens, to + j);
            }
        });
    }

    /// <summary>
    /// to += the sum of a vector of columns over tokens: by blocks, so that rounding grows with sqrt(tokens / 32).
    /// </summary>
    private static void AddColumnSums<S1, V1>(float* from, nint stride, int tokens, float* to)
        where S1 : struct, ISimd<V1>
        where V1 : unmanaged
    {
        const int Block = 32;
        V1 total = S1.Zero;
        for (int t = 0; t < tokens;)
        {
            V1 sum = S1.Zero;
            for (int end = Math.Min(tokens, t + Block); t < end; t++, from += stride)
                sum = S1.Add(sum, S1.Load(from));
            total = S1.Add(total, sum);
        }

        S1.Store(to, S1.Add(S1.Load(to), total));
    }
}
