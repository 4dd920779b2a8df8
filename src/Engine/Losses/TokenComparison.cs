namespace MolEngine.Engine.Losses;

/// <summary>What two models say of a token, or the sum of it over tokens.</summary>
/// <param name="BaseCe">Cross-entropy of the base, in nats.</param>
/// <param name="ModelCe">Cross-entropy of the model.</param>
/// <param name="Reverse">KL(model || base), which training holds small.</param>
/// <param name="Forward">KL(base || model).</param>
/// <param name="BaseTopMass">Probability that the base gives its top n.</param>
/// <param name="ModelTopMass">Probability that the model gives the base's top n.</param>
/// <param name="Overlap">Share of the base's top n that are among the model's top n.</param>
public readonly record struct TokenComparison(
    double BaseCe, double ModelCe, Divergence Reverse, Divergence Forward, double BaseTopMass, double ModelTopMass,
    double Overlap)
{
    public static TokenComparison operator +(TokenComparison a, TokenComparison b) => new(
        a.BaseCe + b.BaseCe, a.ModelCe + b.ModelCe, a.Reverse + b.Reverse, a.Forward + b.Forward,
        a.BaseTopMass + b.BaseTopMass, a.ModelTopMass + b.ModelTopMass, a.Overlap + b.Overlap);
}
