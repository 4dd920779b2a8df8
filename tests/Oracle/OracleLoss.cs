namespace MolEngine.Oracle;

/// <param name="Alpha">General rows: Alpha CE + (1 - Alpha) KL; domain rows the other way round.</param>
/// <param name="TopN">Classes of the base model that the KL tells apart; everything else is one more.</param>
public sealed record OracleLossSettings(double Alpha = 0.01, int TopN = 31)
{
    /// <summary>What domain rows learn with; with another than Mol, general rows have the KL alone.</summary>
    public OracleLossKind Kind { get; init; }

    /// <summary>Part of KL(base || student); the rest is KL(student || base).</summary>
    public double ForwardShare { get; init; }

    /// <summary>Weight of the cross-entropy; the KL has the rest.</summary>
    public double CeWeight(bool general) => !general ? 1 - Alpha : Kind == OracleLossKind.Mol ? Alpha : 0;

    /// <summary>The losses of a token of a row.</summary>
    internal TokenLoss TokenLoss(bool general) =>
        new(TopN, general ? OracleLossKind.Mol : Kind, CeWeight(general), ForwardShare);
}

public enum OracleLossKind
{
    Mol,

    /// <summary>The label is out of both sides of the KL.</summary>
    MaskedKl,

    /// <summary>Cross-entropy times the base's entropy among its top n, over log n.</summary>
    Eaft,

    /// <summary>Cross-entropy times the label's probability.</summary>
    Asft,
}

/// <param name="Loss">0 where no row has an effective token.</param>
/// <param name="Ce">A row's mean, for each row that has effective tokens; so are Kl and RowLoss.</param>
/// <param name="EffectiveTokens">Of every row.</param>
/// <param name="Tokens">What each token of the batch adds to Loss.</param>
/// <param name="Gradients">dLoss by Hugging Face's names of base weights, or PEFT's of adapter weights.</param>
public sealed record OracleLoss(
    double Loss, double[] Ce, double[] Kl, double[] RowLoss, int[] EffectiveTokens, double[] Tokens,
    IReadOnlyDictionary<string, double[]> Gradients)
{
    /// <summary>L2 norm of all gradients together.</summary>
    public double GradientNorm => Math.Sqrt(Gradients.Values.Sum(g => g.Sum(x => x * x)));
}
