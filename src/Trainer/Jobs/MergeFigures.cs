using MolEngine.Basics.Text;
using MolEngine.Engine.Losses;

namespace MolEngine.Trainer.Jobs;

/// <summary>How a model does on a few texts with its adapter, and with the adapter merged into its weights.</summary>
/// <param name="Texts">How many there are.</param>
/// <param name="Tokens">Their tokens that are predicted: means are over these.</param>
internal sealed record MergeFigures(int Texts, int Tokens, MeanFigures Adapter, MeanFigures Merged)
{
    /// <summary>
    /// What merging may change. KL divergence grows with the square of the way that an adapter takes the model: a
    /// twentieth of it is a fortieth of the way, or a side step of a fifth of it.
    /// </summary>
    private const double Negligible = 0.05;

    /// <summary>
    /// Whether the merged model is another than the one with the adapter. KL is measured by the adapter's own; CE by
    /// how far the adapter moves a token's log-probability, which is about the root of twice its KL.
    /// </summary>
    public bool Differs =>
        Math.Abs(Merged.Kl - Adapter.Kl) > Math.Max(Negligible * Adapter.Kl, Numbers.KlNoise)
        || Math.Abs(Merged.Ce - Adapter.Ce) > Negligible * Math.Sqrt(2 * Math.Max(Adapter.Kl, Numbers.KlNoise));

    public bool IsFinite => double.IsFinite(Adapter.Ce + Adapter.Kl + Merged.Ce + Merged.Kl);
}

/// <summary>Means over tokens.</summary>
/// <param name="Ce">Cross-entropy.</param>
/// <param name="Kl">KL divergence to the base model.</param>
internal readonly record struct MeanFigures(double Ce, double Kl)
{
    /// <summary>Over the tokens of all rows.</summary>
    public static MeanFigures Of(IReadOnlyList<RowFigures> rows)
    {
        double tokens = rows.Sum(r => (double)r.EffectiveTokens);
        return new(
            rows.Sum(r => r.EffectiveTokens * r.CrossEntropy) / tokens,
            rows.Sum(r => r.EffectiveTokens * r.KlDivergence) / tokens);
    }
}
