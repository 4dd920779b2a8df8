using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

public abstract partial class Ops
{
    /// <summary>
    /// Causal softmax attention inside each document, scale 1 / sqrt(D), grouped queries, in the flash style: no [T, T]
    /// array. q, y activation [T, Hq D]; k, v activation [T, Hkv D]; lse fp32 [T, Hq] receives the log-sum-exp of the
    /// scaled scores. q, k and v may be columns of a matrix of more heads. y and lse share no memory with anything
    /// else. A document's result depends on that document alone, to the bit.
    /// </summary>
    public void Attention(Tensor q, Tensor k, Tensor v, HeadShape heads, SequenceLayout layout, Tensor y, Tensor lse)
    {
        CheckAttention(nameof(Attention), q, k, v, heads, layout, y, lse);
        CheckOutputs(nameof(Attention), [y, lse], [q, k, v]);
        AttentionCore(q, k, v, heads, layout, y, lse);
    }

    /// <summary>
    /// Gradients of q, k and v (overwritten; they must not overlap any input; columns, as those may be) from that of y.
    /// Deterministic; a document's gradients depend on that document alone, to the bit.
    /// </summary>
    public void AttentionBackward(
        Tensor dy, Tensor q, Tensor k, Tensor v, Tensor y, Tensor lse, HeadShape heads, SequenceLayout layout,
        Tensor dq, Tensor dk, Tensor dv)
    {
        CheckAttention(nameof(AttentionBackward), q, k, v, heads, layout, y, lse);
        Require.Shape(nameof(AttentionBackward), nameof(dy), dy, ActivationType, q.Shape[0], heads.QuerySize);
        CheckPacked(nameof(AttentionBackward), nameof(dq), dq, q.Shape[0], heads.QueryHeads, heads);
        CheckPacked(nameof(AttentionBackward), nameof(dk), dk, q.Shape[0], heads.KeyValueHeads, heads);
        CheckPacked(nameof(AttentionBackward), nameof(dv), dv, q.Shape[0], heads.KeyValueHeads, heads);
        CheckOutputs(nameof(AttentionBackward), [dq, dk, dv], [dy, q, k, v, y, lse]);
        AttentionBackwardCore(dy, q, k, v, y, lse, heads, layout, dq, dk, dv);
    }

    protected abstract void AttentionCore(
        Tensor q, Tensor k, Tensor v, HeadShape heads, SequenceLayout layout, Tensor y, Tensor lse);

    protected abstract void AttentionBackwardCore(
        Tensor dy, Tensor q, Tensor k, Tensor v, Tensor y, Tensor lse, HeadShape heads, SequenceLayout layout,
        Tensor dq, Tensor dk, Tensor dv);

    private void CheckAttention(
        string op, Tensor q, Tensor k, Tensor v, HeadShape heads, SequenceLayout layout, Tensor y, Tensor lse)
    {
        int tokens = q.Shape[0];
        CheckHeads(op, heads);
        Require.Layout(op, layout, tokens);
        CheckPacked(op, "q", q, tokens, heads.QueryHeads, heads);
        CheckPacked(op, "k", k, tokens, heads.KeyValueHeads, heads);
        CheckPacked(op, "v", v, tokens, heads.KeyValueHeads, heads);
        Require.Shape(op, "y", y, ActivationType, tokens, heads.QuerySize);
        Require.Shape(op, "lse", lse, DType.F32, tokens, heads.QueryHeads);
    }

    /// <summary>Heads of each token, which may be columns of a wider matrix of heads.</summary>
    private void CheckPacked(string op, string argument, Tensor x, int tokens, int count, HeadShape heads)
    {
        Require.Columns(op, argument, x, ActivationType, tokens, count * heads.HeadDim);
        if (x.Stride % heads.HeadDim != 0)
        {
            throw new ArgumentException(
                $"{op}: {argument} ({x.Name}): expected columns of a matrix of whole heads of {heads.HeadDim}, got one "
                + $"of {x.Stride}");
        }
    }

    private static void CheckHeads(string op, HeadShape heads)
    {
        if (heads.KeyValueHeads < 1 || heads.HeadDim < 1 || heads.QueryHeads < 1
            || heads.QueryHeads % heads.KeyValueHeads != 0)
        {
            throw new ArgumentException(
                $"{op}: heads: expected at least one head of at least one element, and query heads that are a "
                + $"multiple of key/value heads, got {heads.QueryHeads} over {heads.KeyValueHeads} of size "
                + $"{heads.HeadDim}");
        }
    }

    /// <summary>Outputs share memory with no input and not with each other.</summary>
    private static void CheckOutputs(string op, ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> inputs)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            foreach (Tensor input in inputs)
                Require.Distinct(op, outputs[i], input);
            foreach (Tensor other in outputs[(i + 1)..])
                Require.Distinct(op, outputs[i], other);
        }
    }
}
