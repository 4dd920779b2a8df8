using MolEngine.Basics.Numerics;

namespace MolEngine.Runs.Comparisons;

/// <summary>Two models' distances from their base on a general text: of the one that moved least, and the farthest.
/// </summary>
/// <param name="Least">KL(model || base) of the nearest, nats a token.</param>
/// <param name="Most">That of the farthest.</param>
/// <param name="Difference">Most less least; the interval is over documents.</param>
/// <param name="P">Of the exact sign test over documents.</param>
/// <param name="Tokens">Predicted tokens.</param>
public sealed record DistanceChange(
    string Text, string Near, string Far, double Least, double Most, Interval Difference, double P, int Documents,
    long Tokens)
{
    /// <summary>Whether it is sure that one moved farther than the other.</summary>
    public bool IsSure => Documents >= Measure.FewestPairs && Difference.ExcludesZero && P < Measure.Level;
}
