using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu;

/// <summary>Biases of linear layers, and the elementwise passes of adapters.</summary>
internal sealed unsafe partial class CpuOps<S, V>
{
    /// <summary>
    /// Elements of an elementwise task: enough to outweigh handing it out, few enough to stay in cache.
    /// </summary>
    private const int FloatsATask = 32 * 1024;

    /// <summary>y[t] += bias for every token.</summary>
    private void AddBias(Tensor bias, Tensor y)
    {
        int tokens = y.Shape[0], width = y.Shape[1];
        int tokensATask = Math.Max(1, FloatsATask / Math.Max(1, width));
        float* values = Widened(bias);
        float* to = F32(y);
        _pool.For((tokens + tokensATask - 1) / tokensATask, (task, _) =>
        {
            int end = Math.Min(tokens, (task + 1) * tokensATask);
            for (int t = task * tokensATask; t < end; t++)
                AddFloats(values, to + ((nint)t * width), width);
        });
    }

    /// <summary>dBias += column sums of dy, each row's tokens by themselves, rows in order.</summary>
    private void BiasGradient(Tensor dy, SequenceLayout layout, Tensor dBias)
    {
        const int ColumnsATask = 64;
        int width = dy.Shape[1];
        float* from = F32(dy);
        float* to = F32(dBias);
        int[] rows = layout.RowStarts;
        _pool.For((width + ColumnsATask - 1) / ColumnsATask, (task, _) =>
        {
            int end = Math.Min(width, (task + 1) * ColumnsATask);
            for (int row = 0; row + 1 < rows.Length; row++)
            {
                float* first = from + ((nint)rows[row] * width);
                int tokens = rows[row + 1] - rows[row];
                int j = task * ColumnsATask;
                for (; j + S.Count <= end; j += S.Count)
                    AddColumnSums<S, V>(first + j, width, tokens, to + j);
                for (; j < end; j++)
                    AddColumnSums<ScalarSimd, float>(first + j, width, tokens, to + j);
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

    /// <summary>x *= factor.</summary>
    private void ScaleHidden(float* x, long count, float factor) =>
        ForFloats(count, (start, n) => ScaleFloats(x + start, n, factor));

    /// <summary>y += x.</summary>
    private void AddGradient(float* x, float* y, long count) =>
        ForFloats(count, (start, n) => AddFloats(x + start, y + start, n));

    private void ForFloats(long count, Action<nint, int> body) =>
        _pool.For((int)((count + FloatsATask - 1) / FloatsATask), (task, _) =>
        {
            long start = (long)task * FloatsATask;
            body((nint)start, (int)Math.Min(FloatsATask, count - start));
        });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaleFloats(float* x, int count, float factor)
    {
        int i = 0;
        for (; i + S.Count <= count; i += S.Count)
            S.Store(x + i, S.Multiply(S.Load(x + i), S.Broadcast(factor)));
        for (; i < count; i++)
            x[i] *= factor;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFloats(float* x, float* y, int count)
    {
        int i = 0;
        for (; i + S.Count <= count; i += S.Count)
            S.Store(y + i, S.Add(S.Load(y + i), S.Load(x + i)));
        for (; i < count; i++)
            y[i] += x[i];
    }
}
