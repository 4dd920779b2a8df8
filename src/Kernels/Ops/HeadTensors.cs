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
}

/// <param name="Targets">The numbers of <see cref="HeadTargets.Targets"/>.</param>
/// <param name="HasKl">Whether a KL weight is not 0.</param>
public sealed record KnownTargets(int[] Targets, bool HasKl);

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
}

/// <summary>What the head says of every token with a target; entries of other tokens are 0.</summary>
/// <param name="CrossEntropy">F64 [T]: -log p_y.</param>
/// <param name="KlDivergence">F64 [T]: reverse KL of the student to the base over the top n and the residual class; 0
/// without a base.</param>
/// <param name="LogSumExp">F64 [T]: of the student's logits.</param>
/// <param name="TailLogP">F64 [T]: log of the student's mass outside the base's top n; 0 without a base.</param>
public sealed record HeadResult(Tensor CrossEntropy, Tensor KlDivergence, Tensor LogSumExp, Tensor TailLogP);
