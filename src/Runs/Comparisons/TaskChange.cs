using MolEngine.Basics.Numerics;

namespace MolEngine.Runs.Comparisons;

/// <summary>A model beside its base on the items of a task.</summary>
/// <param name="Score">Name of the headline score; more of it is better.</param>
/// <param name="How">How it was asked: what a number means nothing without.</param>
/// <param name="Change">After less before; the interval is over items.</param>
/// <param name="Lost">Items whose score fell: from right to wrong, where they are right or wrong.</param>
/// <param name="Gained">Items whose score rose.</param>
/// <param name="P">Of the exact sign test over items: McNemar's, where they are right or wrong.</param>
/// <param name="Guessed">Items that guessing alone would take either way; null where nothing was chosen.</param>
/// <param name="Calibration">Expected calibration errors; null where there are no probabilities of choices.</param>
public sealed record TaskChange(
    string Name, bool IsDomain, string Score, IReadOnlyList<string> How, double Before, double After, Interval Change,
    int Lost, int Gained, double P, double? Guessed, (double Before, double After)? Calibration,
    IReadOnlyList<ItemChange> Items)
{
    /// <summary>Whether each item is right or wrong.</summary>
    public required bool IsRightOrWrong { get; init; }

    /// <summary>The probability that guessing alone loses as many items; null where nothing was chosen.</summary>
    public double? LostP { get; init; }

    /// <summary>Right answers lost beyond what guessing alone loses.</summary>
    public double LostAdjusted => Math.Max(0, Lost - (Guessed ?? 0));

    /// <summary>Right answers gained beyond what guessing alone gains.</summary>
    public double GainedAdjusted => Math.Max(0, Gained - (Guessed ?? 0));

    /// <summary>The loss of its score: of a share in shares, of another against the base's.</summary>
    public Measure Measure => new(
        Name, IsDomain, -Change, IsRightOrWrong ? 1 : Math.Abs(Before), P, Items.Count, "item", Score,
        IsRightOrWrong ? "McNemar" : "sign test")
    { Answers = IsRightOrWrong ? this : null };
}
