using MolEngine.Engine.Batches;

namespace MolEngine.Engine.Losses;

public enum LossKind
{
    /// <summary>
    /// Mixture of Losses: cross-entropy on domain rows, reverse KL to the base on general rows, alpha of the other.
    /// </summary>
    Mol,

    /// <summary>Cross-entropy on every row; no base pass.</summary>
    Ce,

    /// <summary>Reverse KL to the base on every row.</summary>
    Kl,
}

/// <summary>What is minimised.</summary>
/// <param name="Alpha">
/// Weight of the lesser loss: of the KL on domain rows and of the cross-entropy on general rows. Used by Mol.
/// </param>
/// <param name="TopN">
/// Tokens of the base's distribution that are kept one by one; the rest is one class. 1 to 127.
/// </param>
public sealed record LossOptions(LossKind Kind = LossKind.Mol, double Alpha = 0.01, int TopN = 31)
{
    /// <summary>Whether the base model's distribution is needed.</summary>
    public bool NeedsBase => Kind != LossKind.Ce;

    /// <summary>Weights of cross-entropy and KL in a row's loss.</summary>
    public TokenWeights Weights(CorpusKind corpus) => Kind switch
    {
        LossKind.Ce => new TokenWeights(1, 0),
        LossKind.Kl => new TokenWeights(0, 1),
        _ => corpus == CorpusKind.General ? new TokenWeights(Alpha, 1 - Alpha) : new TokenWeights(1 - Alpha, Alpha),
    };
}
