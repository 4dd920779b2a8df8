using MolEngine.Engine.Batches;
using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Losses;

public enum LossKind
{
    /// <summary>
    /// Mixture of Losses: cross-entropy on domain rows, KL to the base on general rows, alpha of the other.
    /// </summary>
    Mol,

    /// <summary>Cross-entropy on every row; no base pass.</summary>
    Ce,

    /// <summary>KL to the base on every row.</summary>
    Kl,

    /// <summary>
    /// Domain rows learn by cross-entropy and are held by a KL that leaves the target out of both sides: to all that
    /// the base says besides what is to be learned.
    /// </summary>
    MaskedKl,

    /// <summary>
    /// Cross-entropy of domain rows counts by the base's entropy: what the base is certain of is not overwritten.
    /// </summary>
    Eaft,

    /// <summary>
    /// Cross-entropy of domain rows counts by the student's probability of the target, with a KL to the base on the
    /// same tokens as an anchor.
    /// </summary>
    Asft,
}

/// <summary>Which way the KL divergence is taken.</summary>
public enum KlDirection
{
    /// <summary>KL(student || base).</summary>
    Reverse,

    /// <summary>KL(base || student).</summary>
    Forward,

    /// <summary>A weighted mean of the two.</summary>
    Mixed,
}

/// <summary>What is minimised. The formulas, with their sources, stand in docs/method.md.</summary>
/// <param name="Alpha">
/// Weight of the KL on domain rows, whose cross-entropy has the rest; with Mol also of the cross-entropy on general
/// rows. Neither Ce nor Kl uses it.
/// </param>
/// <param name="TopN">
/// Tokens of the base's distribution that are kept one by one; the rest is one class. 1 to 127.
/// </param>
public sealed record LossOptions(LossKind Kind = LossKind.Mol, double Alpha = 0.01, int TopN = 31)
{
    /// <summary>Share of KL(base || student) in the KL, from 0 to 1; the rest is KL(student || base).</summary>
    public double ForwardShare { get; init; }

    /// <summary>Whether the base model's distribution is needed.</summary>
    public bool NeedsBase => Kind != LossKind.Ce;

    /// <summary>Whether a row of a corpus of this kind has a KL term that counts.</summary>
    public bool HasKl(CorpusKind corpus) => Weights(corpus).KlDivergence > 0;

    /// <summary>Weights and forms of cross-entropy and KL in a row's loss.</summary>
    public TokenWeights Weights(CorpusKind corpus)
    {
        bool isGeneral = corpus == CorpusKind.General;
        TokenWeights weights = Kind switch
        {
            LossKind.Ce => new TokenWeights(1, 0),
            LossKind.Kl => new TokenWeights(0, 1),
            LossKind.Mol when isGeneral => new TokenWeights(Alpha, 1 - Alpha),
            _ when isGeneral => new TokenWeights(0, 1),
            _ => new TokenWeights(1 - Alpha, Alpha) { Form = DomainForm },
        };
        return Kind == LossKind.Ce ? weights : weights with { ForwardShare = ForwardShare };
    }

    /// <summary>The same of a row or corpus that may have losses of its own.</summary>
    /// <param name="own">Null where it has none.</param>
    public TokenWeights Weights(CorpusKind corpus, TokenWeights? own) => own ?? Weights(corpus);

    private LossForms DomainForm => Kind switch
    {
        LossKind.MaskedKl => LossForms.WithoutTarget,
        LossKind.Eaft => LossForms.EntropyGate,
        LossKind.Asft => LossForms.ProbabilityGate,
        _ => LossForms.None,
    };
}
