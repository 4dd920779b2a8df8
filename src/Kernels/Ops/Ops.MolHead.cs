using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

public abstract partial class Ops
{
    /// <summary>Largest n of the base's top n.</summary>
    public const int LargestTopN = 127;

    /// <summary>Columns of <see cref="HeadRowSums"/>.</summary>
    public const int RowSums = 8;

    /// <summary>
    /// The base side of the Mixture of Losses: a streaming top n over tiles of the vocabulary, without gradient and
    /// without a [T, V] array. hidden activation or fp32 [T, H] (after the last norm), weight [V, H]; tokens without a
    /// target are passed over. Of tokens with <see cref="LossForms.WithoutTarget"/> the tail is summed without the
    /// target, whose logit is added to it in float64 then.
    /// </summary>
    public void BaseTopN(Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution result)
    {
        CheckHead(nameof(BaseTopN), hidden, weight, targets);
        CheckBase(nameof(BaseTopN), hidden, weight, targets, result);
        BaseTopNCore(hidden, weight, targets, result);
    }

    /// <summary>
    /// The student side: cross-entropy and truncated KL of every token with a target, and the gradient of
    /// sum over tokens of CeWeight g CE + KlWeight KL, in one streaming pass over vocabulary tiles (a second one for
    /// <paramref name="dWeight"/>). No [T, V] array; every coefficient outside the tail is exact. Gate g and KL are
    /// what <see cref="HeadTargets.Forms"/> says, else 1 and the reverse KL.
    /// </summary>
    /// <param name="hidden">Activation or fp32 [T, H], after the last norm: products are of activations, the logits
    /// that decide a divergence of fp32.</param>
    /// <param name="weight">[V, H], fp32 or bf16.</param>
    /// <param name="targets">Targets and weights.</param>
    /// <param name="reference">The base's distribution, or null for cross-entropy alone (then KlWeight must be
    /// 0).</param>
    /// <param name="layout">Rows, for the order of sums over tokens.</param>
    /// <param name="result">Receives the per-token figures.</param>
    /// <param name="dHidden">fp32 [T, H], overwritten (zeros where there is no target); null to skip all
    /// gradients.</param>
    /// <param name="dWeight">fp32 [V, H], accumulated row by row; null where the head is frozen.</param>
    public void MolHead(
        Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution? reference, SequenceLayout layout,
        HeadResult result, Tensor? dHidden, Tensor? dWeight)
    {
        const string Op = nameof(MolHead);
        int tokens = hidden.Shape[0];
        CheckHead(Op, hidden, weight, targets);
        Require.Layout(Op, layout, tokens);
        Require.Shape(Op, "CE weight", targets.CeWeight, DType.F32, tokens);
        Require.Shape(Op, "KL weight", targets.KlWeight, DType.F32, tokens);
        if (reference is not null)
            CheckBase(Op, hidden, weight, targets, reference);
        foreach (Tensor x in result.Figures)
            Require.Shape(Op, x.Name, x, DType.F64, tokens);
        Require.Shape(Op, nameof(dHidden), dHidden, DType.F32, tokens, hidden.Shape[1]);
        Require.Shape(Op, nameof(dWeight), dWeight, DType.F32, weight.Shape[0], weight.Shape[1]);
        if (dWeight is not null && dHidden is null)
            throw new ArgumentException($"{Op}: dWeight: expected dHidden too");
        if (dHidden is not null)
            Require.Distinct(Op, dHidden, hidden);
        MolHeadCore(hidden, weight, targets, reference, layout, result, dHidden, dWeight);
    }

    /// <summary>
    /// logits = hidden W^T for tokens of generation. hidden activation [n, H], logits fp32 [n, V].
    /// </summary>
    /// <param name="sameBits">As in <see cref="LinearDecode(Tensor, LinearWeights, Tensor, bool)"/>.</param>
    public void HeadLogits(Tensor hidden, Tensor weight, Tensor logits, bool sameBits = false)
    {
        Require.Weight(nameof(HeadLogits), nameof(weight), weight, weight.Shape[0], hidden.Shape[1]);
        LinearDecode(hidden, new LinearWeights(weight), logits, sameBits);
    }

    /// <summary>
    /// Of every row, the sums over its tokens with a target of <see cref="HeadResult.Summed"/>, of the mass outside the
    /// base's top n in place of its logarithm: sums F64 [R, 8], overwritten.
    /// </summary>
    public void HeadRowSums(HeadResult result, HeadTargets targets, SequenceLayout layout, Tensor sums)
    {
        const string Op = nameof(HeadRowSums);
        Require.Layout(Op, layout, targets.Targets.Shape[0]);
        foreach (Tensor x in result.Summed)
            Require.Shape(Op, x.Name, x, DType.F64, layout.Tokens);
        Require.Shape(Op, nameof(sums), sums, DType.F64, layout.Rows, RowSums);
        HeadRowSumsCore(result, targets, layout, sums);
    }

    protected abstract void BaseTopNCore(Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution result);

    protected abstract void HeadRowSumsCore(
        HeadResult result, HeadTargets targets, SequenceLayout layout, Tensor sums);

    protected abstract void MolHeadCore(
        Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution? reference, SequenceLayout layout,
        HeadResult result, Tensor? dHidden, Tensor? dWeight);

    private void CheckHead(string op, Tensor hidden, Tensor weight, HeadTargets targets)
    {
        int tokens = hidden.Shape[0];
        Require.ActivationOrF32(op, "hidden", hidden, ActivationType, tokens, weight.Shape[1]);
        Require.Weight(op, "weight", weight, weight.Shape[0], hidden.Shape[1]);
        Require.Shape(op, "targets", targets.Targets, DType.I32, tokens);
        Require.Shape(op, "forms", targets.Forms?.Flags, DType.I32, tokens);
        Require.Shape(op, "forward share", targets.Forms?.ForwardShare, DType.F32, tokens);
    }

    private static void CheckBase(string op, Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution b)
    {
        int tokens = hidden.Shape[0];
        if (targets.Forms is not null && b.TailWithoutTarget is null)
            throw new ArgumentException($"{op}: forms: expected a base distribution with tails without the target");
        Require.Shape(op, "base tail without target", b.TailWithoutTarget, DType.F64, tokens);
        if (b.TopN < 1 || b.TopN > Math.Min(LargestTopN, weight.Shape[0]))
        {
            throw new ArgumentException(
                $"{op}: top n: expected 1 to {Math.Min(LargestTopN, weight.Shape[0])}, got {b.TopN}");
        }

        Require.Shape(op, "top ids", b.TopIds, DType.I32, tokens, b.TopN);
        Require.Shape(op, "top logits", b.TopLogits, DType.F64, tokens, b.TopN);
        Require.Shape(op, "base log-sum-exp", b.LogSumExp, DType.F64, tokens);
        Require.Shape(op, "base tail", b.TailLogSumExp, DType.F64, tokens);
    }
}
