namespace MolEngine.Oracle;

/// <param name="Alpha">General rows: Alpha CE + (1 - Alpha) KL; domain rows the other way round.</param>
/// <param name="TopN">Classes of the base model that the KL tells apart; everything else is one more.</param>
public sealed record OracleLossSettings(double Alpha = 0.01, int TopN = 31);

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
