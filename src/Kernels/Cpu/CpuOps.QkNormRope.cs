using MolEngine.Kernels.Cpu.Attention;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void QkNormRopeCore(
        Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout, Tensor qOut,
        Tensor kOut)
    {
        CheckPositions(nameof(QkNormRope), rotary, layout);
        int d = heads.HeadDim;
        float* weights = NormWeights(norm, d);
        float* keyWeights = weights == null ? null : weights + d;
        float eps = norm?.Eps ?? 0;
        int* positions = (int*)layout.Positions.Address;
        ForTokens(layout.Tokens, heads.QuerySize + heads.KeyValueSize, t =>
        {
            nint angle = (nint)positions[t] * (d / 2);
            float* cos = F32(rotary.Cos) + angle, sin = F32(rotary.Sin) + angle;
            for (int at = 0; at < heads.QuerySize; at += d)
                RotaryHead<S, V>.Forward(Row(q, t) + at, weights, eps, cos, sin, Row(qOut, t) + at, d);
            for (int at = 0; at < heads.KeyValueSize; at += d)
                RotaryHead<S, V>.Forward(Row(k, t) + at, keyWeights, eps, cos, sin, Row(kOut, t) + at, d);
        });
    }

    protected override void QkNormRopeBackwardCore(
        Tensor dq, Tensor dk, Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary,
        SequenceLayout layout, Tensor? dQueryNorm, Tensor? dKeyNorm)
    {
        CheckPositions(nameof(QkNormRopeBackward), rotary, layout);
        int d = heads.HeadDim;
        float* weights = NormWeights(norm, d);
        float* keyWeights = weights == null ? null : weights + d;
        float eps = norm?.Eps ?? 0;
        int* positions = (int*)layout.Positions.Address;
        TokenBlock[] blocks = TokenBlocks(layout);
        bool sums = dQueryNorm is not null || dKeyNorm is not null;
        float* partials = sums ? _scratch.Get("qk norm gradients", 2L * d * blocks.Length) : null;
        _pool.For(blocks.Length, (task, _) =>
        {
            float* partial = sums ? partials + task * 2L * d : null;
            if (sums)
                new Span<float>(partial, 2 * d).Clear();
            float* queryPartial = dQueryNorm is null ? null : partial;
            float* keyPartial = dKeyNorm is null ? null : partial + d;
            for (int t = blocks[task].From; t < blocks[task].To; t++)
            {
                nint angle = (nint)positions[t] * (d / 2);
                float* cos = F32(rotary.Cos) + angle, sin = F32(rotary.Sin) + angle;
                float* toQuery = Row(dq, t), query = Row(q, t), toKey = Row(dk, t), key = Row(k, t);
                for (int at = 0; at < heads.QuerySize; at += d)
                    RotaryHead<S, V>.Backward(toQuery + at, query + at, weights, eps, cos, sin, queryPartial, d);
                for (int at = 0; at < heads.KeyValueSize; at += d)
                    RotaryHead<S, V>.Backward(toKey + at, key + at, keyWeights, eps, cos, sin, keyPartial, d);
            }
        });
        AddByRows(blocks, partials, 2 * d, d, dQueryNorm);
        AddByRows(blocks, partials + d, 2 * d, d, dKeyNorm);
    }

    /// <summary>Query weights [D], then key weights [D], in fp32; null without a norm.</summary>
    private float* NormWeights(QkNorm? norm, int d)
    {
        if (norm is null)
            return null;
        float* weights = _scratch.Get("qk norm weights", 2L * d);
        Widen(norm.Query, weights);
        Widen(norm.Key, weights + d);
        return weights;

        static void Widen(Tensor source, float* target)
        {
            if (source.Type == DType.BF16)
                RowMath<S, V>.Widen((ushort*)source.Address, target, (int)source.Count);
            else
                source.Span<float>().CopyTo(new Span<float>(target, (int)source.Count));
        }
    }

    private static void CheckPositions(string op, RotaryTable rotary, SequenceLayout layout)
    {
        ReadOnlySpan<int> positions = layout.Positions.Span<int>();
        int limit = rotary.Cos.Shape[0];
        for (int t = 0; t < positions.Length; t++)
        {
            if ((uint)positions[t] >= (uint)limit)
            {
                throw new ArgumentException(
                    $"{op}: positions ({layout.Positions.Name}): expected 0 .. {limit - 1} (rows of the rotary "
                    + $"table), got {positions[t]} at token {t}. Make the table for longer documents, or shorten "
                    + "them.");
            }
        }
    }
}
