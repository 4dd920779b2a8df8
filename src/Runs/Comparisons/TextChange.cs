using MolEngine.Basics.Numerics;

namespace MolEngine.Runs.Comparisons;

/// <summary>A model beside its base on the texts of one source. Figures are means over predicted tokens.</summary>
/// <param name="IsDomain">Whether the model was to learn such text; else it was to stay what it was.</param>
/// <param name="Tokens">Predicted tokens.</param>
/// <param name="CeBefore">Cross-entropy of the base, nats a token.</param>
/// <param name="CeChange">After less before; the interval is over documents.</param>
/// <param name="P">Of the exact sign test over documents.</param>
/// <param name="Reverse">KL(model || base).</param>
/// <param name="Forward">KL(base || model).</param>
/// <param name="BaseTopMass">Probability of the base's own top tokens.</param>
/// <param name="ModelTopMass">Probability that the model gives the base's top tokens.</param>
/// <param name="Overlap">Share of the base's top tokens that are among the model's.</param>
/// <param name="Documents">Those with a predicted token.</param>
public sealed record TextChange(
    string Name, bool IsDomain, long Tokens, double CeBefore, Interval CeChange, double P, KlFigures Reverse,
    KlFigures Forward, double BaseTopMass, double ModelTopMass, double Overlap,
    IReadOnlyList<DocumentChange> Documents)
{
    /// <summary>What cross-entropies and divergences are in.</summary>
    public const string Nats = "nats a token";

    public double CeAfter => CeBefore + CeChange.Value;

    /// <summary>The change of its cross-entropy, against that of the base.</summary>
    public Measure Measure =>
        Comparisons.Measure.OfCrossEntropy(Name, IsDomain, CeChange, CeBefore, P, Documents.Count);

    /// <summary>
    /// What is judged of it: its cross-entropy, and of general text how far the model moved from the base. The second
    /// is a loss that the first does not show where a model was trained on such text: it may predict it better and say
    /// something else than it did.
    /// </summary>
    public IReadOnlyList<Measure> Measures => IsDomain ? [Measure] : [Measure, Moved];

    private Measure Moved => Comparisons.Measure.OfDistance(Name, Reverse.Full, CeBefore, Documents.Count);
}
