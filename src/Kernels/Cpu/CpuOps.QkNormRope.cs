using MolEngine.Kernels.Cpu.Attention;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    /// <summary>
    /// Tokens of a task of the backward pass, counted from the start of a row: dWeight's sums inside a row depend on the row alone.
    /// </summary>
    private const int QkBlock = 64;

    protected override void QkNormRopeCore(
        Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout, Tensor qOut, Tensor kOut)
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
            for (nint at = (nint)t * heads.QuerySize; at < (nint)(t + 1) * heads.QuerySize; at += d)
                RotaryHead<S, V>.Forward(F32(q) + at, weights, eps, cos, sin, F32(qOut) + at, d);
            for (nint at = (nint)t * heads.KeyValueSize; at < (nint)(t + 1) * heads.KeyValueSize; at += d)
                RotaryHead<S, V>.Forward(F32(k) + at, keyWeights, eps, cos, sin, F32(kOut) + at, d);
        });
    }

    protected override void QkNormRopeBackwardCore(
        Tensor dq, Tensor dk, Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout,
        Tensor? dQueryNorm, Tensor? dKeyNorm)
    {
        CheckPositions(nameof(QkNormRopeBackward), rotary, layout);
        int d = heads.HeadDim;
        float* weights = NormWeights(norm, d);
        float* keyWeights = weights == null ? null : weights + d;
        float eps = norm?.Eps ?? 0;
        int* positions = (int*)layout.Positions.Address;
        (int Row, int From)[] blocks = RowBlocks(layout);
        bool sums = dQueryNorm is not null || dKeyNorm is not null;
        float* partials = sums ? _scratch.Get("qk norm gradients", 2L * d * blocks.Length) : null;
        _pool.For(blocks.Length, (task, _) =>
        {
            (int row, int from) = blocks[task];
            float* partial = sums ? partials + task * 2L * d : null;
            if (sums)
                new Span<float>(partial, 2 * d).Clear();
            float* queryPartial = dQueryNorm is null ? null : partial;
            float* keyPartial = dKeyNorm is null ? null : partial + d;
            for (int t = from; t < Math.Min(from + QkBlock, layout.RowStarts[row + 1]); t++)
            {
                nint angle = (nint)positions[t] * (d / 2);
                float* cos = F32(rotary.Cos) + angle, sin = F32(rotary.Sin) + angle;
                for (nint at = (nint)t * heads.QuerySize; at < (nint)(t + 1) * heads.QuerySize; at += d)
                    RotaryHead<S, V>.Backward(F32(dq) + at, F32(q) + at, weights, eps, cos, sin, queryPartial, d);
                for (nint at = (nint)t * heads.KeyValueSize; at < (nint)(t + 1) * heads.KeyValueSize; at += d)
                    RotaryHead<S, V>.Backward(F32(dk) + at, F32(k) + at, keyWeights, eps, cos, sin, keyPartial, d);
            }
        });
        AddRows(blocks, partials, d, dQueryNorm);
        AddRows(blocks, partials + d, d, dKeyNorm);
    }

    /// <summary>Adds, row by row, the sum of each row's blocks in order.</summary>
    private void AddRows((int Row, int From)[] blocks, float* partials, int d, Tensor? gradient)
    {
        if (gradient is null)
            return;
        float* sum = _scratch.Get("qk norm row", d);
        for (int b = 0; b < blocks.Length; b++)
        {
            if (b == 0 || blocks[b].Row != blocks[b - 1].Row)
                new Span<float>(sum, d).Clear();
            RowMath<S, V>.Add(partials + b * 2L * d, sum, sum, d);
            if (b + 1 == blocks.Length || blocks[b].Row != blocks[b + 1].Row)
                RowMath<S, V>.Add(sum, F32(gradient), F32(gradient), d);
        }
    }

    private static (int Row, int From)[] RowBlocks(SequenceLayout layout)
    {
        var blocks = new List<(int Row, int From)>();
        for (int row = 0; row < layout.Rows; row++)
        {
            for (int from = layout.RowStarts[row]; from < layout.RowStarts[row + 1]; from += QkBlock)
                blocks.Add((row, from));
        }

        return [.. blocks];
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
                    $"{op}: positions ({layout.Positions.Name}): expected 0 .. {limit - 1} (rows of the rotary table), got "
                    + $"{positions[t]} at token {t}. Make the table for longer documents, or shorten them.");
            }
        }
    }
}
