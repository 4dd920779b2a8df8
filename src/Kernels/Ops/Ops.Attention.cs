using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Ops;

public abstract partial class Ops
{
    /// <summary>
    /// Causal softmax attention inside each document, scale 1 / sqrt(D), grouped queries, in the flash style: no [T, T] array.
    /// q, y fp32 [T, Hq D]; k, v fp32 [T, Hkv D]; lse fp32 [T, Hq] receives the log-sum-exp of the scaled scores.
    /// </summary>
    public void Attention(Tensor q, Tensor k, Tensor v, HeadShape heads, SequenceLayout layout, Tensor y, Tensor lse)
    {
        CheckAttention(nameof(Attention), q, k, v, heads, layout, y, lse);
        Require.Distinct(nameof(Attention), y, q);
        AttentionCore(q, k, v, heads, layout, y, lse);
    }

    /// <summary>Gradients of q, k and v (overwritten; they must not overlap any input) from that of y. Deterministic.</summary>
    public void AttentionBackward(
        Tensor dy, Tensor q, Tensor k, Tensor v, Tensor y, Tensor lse, HeadShape heads, SequenceLayout layout,
        Tensor dq, Tensor dk, Tensor dv)
    {
        CheckAttention(nameof(AttentionBackward), q, k, v, heads, layout, y, lse);
        CheckAttention(nameof(AttentionBackward), dq, dk, dv, heads, layout, dy, lse);
        foreach (Tensor d in (ReadOnlySpan<Tensor>)[dq, dk, dv])
        {
            foreach (Tensor input in (ReadOnlySpan<Tensor>)[dy, q, k, v, y])
                Require.Distinct(nameof(AttentionBackward), d, input);
        }

        AttentionBackwardCore(dy, q, k, v, y, lse, heads, layout, dq, dk, dv);
    }

    /// <summary>
    /// Attention of n new tokens over a key/value cache that already holds them: query i sees cache entries 0 .. start + i.
    /// q, y fp32 [n, Hq D]; keys, values fp32 [C, Hkv D] with C >= start + n.
    /// </summary>
    public void AttentionCached(Tensor q, Tensor keys, Tensor values, HeadShape heads, int start, Tensor y)
    {
        const string Op = nameof(AttentionCached);
        int n = q.Shape[0];
        Require.Shape(Op, nameof(q), q, DType.F32, n, heads.QuerySize);
        Require.Shape(Op, nameof(y), y, DType.F32, n, heads.QuerySize);
        Require.Shape(Op, nameof(keys), keys, DType.F32, keys.Shape[0], heads.KeyValueSize);
        Require.Shape(Op, nameof(values), values, DType.F32, keys.Shape[0], heads.KeyValueSize);
        if (start < 0 || start + n > keys.Shape[0])
            throw new ArgumentException($"{Op}: expected a cache of at least {start + n} entries, got {keys.Shape[0]}");
        AttentionCachedCore(q, keys, values, heads, start, y);
    }

    protected abstract void AttentionCore(
        Tensor q, Tensor k, Tensor v, HeadShape heads, SequenceLayout layout, Tensor y, Tensor lse);

    protected abstract void AttentionBackwardCore(
        Tensor dy, Tensor q, Tensor k, Tensor v, Tensor y, Tensor lse, HeadShape heads, SequenceLayout layout,
        Tensor dq, Tensor dk, Tensor dv);

    protected abstract void AttentionCachedCore(
        Tensor q, Tensor keys, Tensor values, HeadShape heads, int start, Tensor y);

    private static void CheckAttention(
        string op, Tensor q, Tensor k, Tensor v, HeadShape heads, SequenceLayout layout, Tensor y, Tensor lse)
    {
        int tokens = q.Shape[0];
        Require.Layout(op, layout, tokens);
        Require.Shape(op, "q", q, DType.F32, tokens, heads.QuerySize);
        Require.Shape(op, "k", k, DType.F32, tokens, heads.KeyValueSize);
        Require.Shape(op, "v", v, DType.F32, tokens, heads.KeyValueSize);
        Require.Shape(op, "y", y, DType.F32, tokens, heads.QuerySize);
        Require.Shape(op, "lse", lse, DType.F32, tokens, heads.QueryHeads);
        if (heads.QueryHeads % heads.KeyValueHeads != 0)
            throw new ArgumentException($"{op}: heads: expected query heads to be a multiple of key/value heads, got {heads}");
    }
}
