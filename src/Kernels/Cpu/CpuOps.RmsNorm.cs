using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void RmsNormCore(Tensor x, Tensor weight, float eps, Tensor y, Tensor rstd)
    {
        int hidden = x.Shape[1];
        float* px = F32(x), py = F32(y), pr = F32(rstd), w = Widened(weight);
        ForTokens(x.Shape[0], hidden, t =>
        {
            float* row = px + (long)t * hidden;
            pr[t] = Normalise(row, w, eps, py + (long)t * hidden, hidden);
        });
    }

    protected override void AddRmsNormCore(
        Tensor x, Tensor delta, Tensor weight, float eps, Tensor sum, Tensor y, Tensor rstd)
    {
        int hidden = x.Shape[1];
        float* px = F32(x), pd = F32(delta), ps = F32(sum), py = F32(y), pr = F32(rstd), w = Widened(weight);
        ForTokens(x.Shape[0], hidden, t =>
        {
            long at = (long)t * hidden;
            RowMath<S, V>.Add(px + at, pd + at, ps + at, hidden);
            pr[t] = Normalise(ps + at, w, eps, py + at, hidden);
        });
    }

    protected override void RmsNormBackwardCore(
        Tensor dy, Tensor x, Tensor weight, Tensor rstd, SequenceLayout layout, Tensor dx, Tensor? dWeight, Tensor? y,
        Tensor? rounded)
    {
        int hidden = x.Shape[1];
        float* pdy = F32(dy), px = F32(x), pr = F32(rstd), pdx = F32(dx), w = Widened(weight);
        float* py = y is null ? null : F32(y), pz = rounded is null ? null : F32(rounded);
        if (dWeight is null)
        {
            ForTokens(x.Shape[0], hidden, t =>
            {
                long at = (long)t * hidden;
                NormInputGradient(pdy + at, px + at, w, pr[t], pdx + at, hidden);
                Beside(at, pr[t]);
            });
            return;
        }

        // Both gradients of a token while it is in cache; by columns, dWeight alone would cost twice the whole rest.
        int whole = hidden - hidden % S.Count;
        TokenBlock[] blocks = TokenBlocks(layout);
        float* partials = _scratch.Get("norm gradients", (long)blocks.Length * hidden);
        _pool.For(blocks.Length, (task, _) =>
        {
            float* sum = partials + (long)task * hidden;
            new Span<float>(sum, hidden).Clear();
            for (int t = blocks[task].From; t < blocks[task].To; t++)
            {
                float* d = pdy + (long)t * hidden, v = px + (long)t * hidden;
                NormInputGradient(d, v, w, pr[t], pdx + (long)t * hidden, hidden);
                Beside((long)t * hidden, pr[t]);
                WeightGradientRange<S, V>(d, v, pr[t], sum, whole);
                WeightGradientRange<ScalarSimd, float>(d + whole, v + whole, pr[t], sum + whole, hidden - whole);
            }
        });
        AddByRows(blocks, partials, hidden, hidden, dWeight);

        // Of a token whose gradient is done.
        void Beside(long at, float r)
        {
            if (py != null)
                RowMath<S, V>.ScaleEach(px + at, r, w, py + at, hidden);
            if (pz != null)
                new Span<float>(pdx + at, hidden).CopyTo(new Span<float>(pz + at, hidden));
        }
    }

    /// <summary>y = x * rstd * w; returns rstd. y may be x.</summary>
    private static float Normalise(float* x, float* w, float eps, float* y, int hidden)
    {
        float rstd = (float)(1 / Math.Sqrt((double)RowMath<S, V>.WeightedDot(x, x, null, hidden) / hidden + eps));
        RowMath<S, V>.ScaleEach(x, rstd, w, y, hidden);
        return rstd;
    }

    /// <summary>
    /// With xn = x rstd:  dx += rstd (w dy - xn mean(w dy xn))  =  rstd w dy - x rstd^3 mean(w dy x).
    /// </summary>
    private static void NormInputGradient(float* dy, float* x, float* w, float rstd, float* dx, int hidden)
    {
        double r = rstd;
        float c = (float)(r * r * r * RowMath<S, V>.WeightedDot(dy, x, w, hidden) / hidden);
        int whole = hidden - hidden % S.Count;
        InputGradientRange<S, V>(dy, x, w, rstd, c, dx, whole);
        InputGradientRange<ScalarSimd, float>(
            dy + whole, x + whole, w + whole, rstd, c, dx + whole, hidden - whole);
    }

    private static void InputGradientRange<T, U>(
        float* dy, float* x, float* w, float rstd, float c, float* dx, int count)
        where T : struct, ISimd<U>
        where U : unmanaged
    {
        U r = T.Broadcast(rstd), minusC = T.Broadcast(-c);
        for (int i = 0; i < count; i += T.Count)
        {
            U direct = T.Multiply(T.Multiply(T.Load(dy + i), T.Load(w + i)), r);
            T.Store(dx + i, T.Add(T.Load(dx + i), T.FusedMultiplyAdd(T.Load(x + i), minusC, direct)));
        }
    }

    private static void WeightGradientRange<T, U>(float* dy, float* x, float rstd, float* sum, int count)
        where T : struct, ISimd<U>
        where U : unmanaged
    {
        U r = T.Broadcast(rstd);
        for (int i = 0; i < count; i += T.Count)
            T.Store(sum + i, T.FusedMultiplyAdd(T.Multiply(T.Load(dy + i), r), T.Load(x + i), T.Load(sum + i)));
    }
}
