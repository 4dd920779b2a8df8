using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

/// <summary>
/// What each token is asked to predict, and the weights of its two losses, fixed for the whole global batch.
/// </summary>
/// <param name="Targets">I32 [T]: the next token, or -1 where the token predicts nothing.</param>
/// <param name="CeWeight">fp32 [T]: weight of the cross-entropy, the mean over row and batch included.</param>
/// <param name="KlWeight">fp32 [T]: weight of the KL divergence, likewise.</param>
public sealed record HeadTargets(Tensor Targets, Tensor CeWeight, Tensor KlWeight)
{
    /// <summary>
    /// What the caller knows of the values, so that a device need not be waited for; null where it is to be read.
    /// </summary>
    public KnownTargets? Known { get; init; }

    /// <summary>How losses differ from plain cross-entropy and reverse KL; null where none does.</summary>
    public HeadForms? Forms { get; init; }
}

/// <param name="Targets">The numbers of <see cref="HeadTargets.Targets"/>.</param>
/// <param name="HasKl">Whether a KL weight is not 0.</param>
/// <param name="Flags">The numbers of <see cref="HeadForms.Flags"/>; null where there are no forms.</param>
public sealed record KnownTargets(int[] Targets, bool HasKl, int[]? Flags = null);

/// <summary>
/// The base model's distribution at every token: its n largest logits (descending, ties to the lower id) and everything
/// else as one class. Entries of tokens without a target are left as they were.
/// </summary>
/// <param name="TopIds">I32 [T, n].</param>
/// <param name="TopLogits">
/// F64 [T, n]; log q_t = TopLogits - LogSumExp. Wider than the logits that chose them: at a logit of 50 an fp32 step is
/// 4e-6, a tenth of a percent of the gradient of a token whose KL is 1e-8.
/// </param>
/// <param name="LogSumExp">F64 [T], over the whole vocabulary.</param>
/// <param name="TailLogSumExp">F64 [T], over the vocabulary without the top n, summed directly; -infinity where n =
/// V.</param>
public sealed record BaseDistribution(Tensor TopIds, Tensor TopLogits, Tensor LogSumExp, Tensor TailLogSumExp)
{
    /// <summary>n.</summary>
    public int TopN => TopIds.Shape[1];

    /// <summary>
    /// F64 [T], over the vocabulary without the top n and without the target, summed directly; written for tokens with
    /// <see cref="LossForms.WithoutTarget"/> alone. Null where there is no such token.
    /// </summary>
    public Tensor? TailWithoutTarget { get; init; }

    /// <summary>Of the first tokens.</summary>
    public BaseDistribution First(int tokens) => new(
        TopIds.Slice(0, tokens), TopLogits.Slice(0, tokens), LogSumExp.Slice(0, tokens),
        TailLogSumExp.Slice(0, tokens))
    {
        TailWithoutTarget = TailWithoutTarget?.Slice(0, tokens),
    };
}

/// <summary>What the head says of every token with a target; entries of other tokens are 0.</summary>
/// <param name="CrossEntropy">F64 [T]: -log p_y.</param>
/// <param name="KlDivergence">F64 [T]: reverse KL of the student to the base over the top n and the residual class; 0
/// without a base.</param>
/// <param name="LogSumExp">F64 [T]: of the student's logits.</param>
/// <param name="TailLogP">F64 [T]: log of the student's mass outside the base's top n; 0 without a base.</param>
/// <param name="ForwardKl">F64 [T]: KL of the base to the student over the same classes; 0 without a base.</param>
/// <param name="GatedCe">F64 [T]: the cross-entropy as it counts, times the gate of its form.</param>
/// <param name="HeldKl">
/// F64 [T]: the divergence that the KL weight is of: reverse, forward or their mixture, without the target where the
/// form says so; 0 without a base.
/// </param>
/// <param name="ReverseGap">
/// F64 [T]: what <see cref="Ops.HeadGap"/> found that the KL over the whole vocabulary exceeds KlDivergence by; else 0.
/// </param>
/// <param name="ForwardGap">F64 [T]: the same of ForwardKl.</param>
public sealed record HeadResult(
    Tensor CrossEntropy, Tensor KlDivergence, Tensor LogSumExp, Tensor TailLogP, Tensor ForwardKl, Tensor GatedCe,
    Tensor HeldKl, Tensor ReverseGap, Tensor ForwardGap)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<Tensor> Figures { get; } =
        [CrossEntropy, KlDivergence, LogSumExp, TailLogP, ForwardKl, GatedCe, HeldKl, ReverseGap, ForwardGap];

    /// <summary>Those whose sums are taken over rows, in the order of <see cref="Ops.HeadRowSums"/>.</summary>
    public IReadOnlyList<Tensor> Summed { get; } =
        [CrossEntropy, KlDivergence, TailLogP, ForwardKl, GatedCe, HeldKl, ReverseGap, ForwardGap];

    /// <summary>Figures, each in a tensor of its own.</summary>
    /// <param name="allocate">Makes an F64 tensor [T] of that name.</param>
    public static HeadResult Allocate(Func<string, Tensor> allocate) => new(
        allocate("cross-entropy"), allocate("KL divergence"), allocate("log-sum-exp"), allocate("tail log p"),
        allocate("forward KL"), allocate("gated cross-entropy"), allocate("held KL"),
        allocate("gap of KL"), allocate("gap of forward KL"));

    /// <summary>Of the first tokens.</summary>
    public HeadResult First(int tokens) => new(
        CrossEntropy.Slice(0, tokens), KlDivergence.Slice(0, tokens), LogSumExp.Slice(0, tokens),
        TailLogP.Slice(0, tokens), ForwardKl.Slice(0, tokens), GatedCe.Slice(0, tokens), HeldKl.Slice(0, tokens),
        ReverseGap.Slice(0, tokens), ForwardGap.Slice(0, tokens));
}
