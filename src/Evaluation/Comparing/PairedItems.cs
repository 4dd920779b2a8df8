using MolEngine.Basics.Numerics;
using MolEngine.Evaluation.Tasks;

namespace MolEngine.Evaluation.Comparing;

/// <summary>The items of a task, each as both models answered it.</summary>
public sealed class PairedItems
{
    private readonly GroupMean _mean;

    /// <param name="before">The base's answers.</param>
    /// <param name="after">The model's, to the same items.</param>
    /// <exception cref="UserException">They are not of the same items.</exception>
    public PairedItems(
        string task, IReadOnlyList<ItemAnswer> before, IReadOnlyList<ItemAnswer> after, GroupMean mean)
    {
        _mean = mean;
        bool same = before.Count == after.Count
            && before.Zip(after).All(p => (p.First.Subset, p.First.Item) == (p.Second.Subset, p.Second.Item));
        if (!same || before.Count == 0)
        {
            throw new UserException(
                $"{task}: expected answers to the same items before and after, got {before.Count} and {after.Count} "
                    + "answers of other items. Name another --out, and ask again");
        }

        All = [.. before.Zip(after, (b, a) => new PairedItem(b, a))];
    }

    public IReadOnlyList<PairedItem> All { get; }

    public int Lost => All.Count(i => i.IsLost);

    public int Gained => All.Count(i => i.IsGained);

    /// <summary>Whether every answer is right or wrong, nothing between.</summary>
    public bool AreRightOrWrong => All.All(i => i.Before.IsRightOrWrong && i.After.IsRightOrWrong);

    public double Before => Mean(i => new PairedChange(i.Before.Score.Value, i.Before.Score.Weight));

    public double After => Mean(i => new PairedChange(i.After.Score.Value, i.Before.Score.Weight));

    /// <summary>The change of the score.</summary>
    public Interval Change(ulong seed) => PairedBootstrap.OfStrata(Strata(i => i.Change), seed);

    /// <summary>
    /// Items that guessing alone would take from right to wrong, and as many the other way; null where not every item
    /// has choices and is right or wrong.
    /// </summary>
    public double? Guessed()
    {
        if (!AreRightOrWrong || All.Any(i => i.Before.Probabilities.Count < 2))
            return null;
        double Share(Func<PairedItem, double> right) => All.Sum(right) / All.Count;
        return Guessing.Transitions(
            Share(i => i.Before.Score.Value), Share(i => i.After.Score.Value),
            All.Select(i => i.Before.Probabilities.Count));
    }

    /// <summary>The probability that guessing alone loses as many; null where it is not known what guessing does.
    /// </summary>
    public double? LostByGuessing() => Guessed() is { } guessed ? Guessing.AtLeast(Lost, All.Count, guessed) : null;

    /// <summary>Calibration errors of the choices' probabilities; null where an item has none.</summary>
    public (double Before, double After)? Calibration()
    {
        return All.Any(i => i.Before.Probabilities.Count == 0)
            ? null
            : (Error(i => i.Before), Error(i => i.After));

        double Error(Func<PairedItem, ItemAnswer> which) =>
            Comparing.Calibration.Error([.. All.Select(which).Select(Confidence)]);
    }

    private static (double, bool) Confidence(ItemAnswer answer)
    {
        int best = 0;
        for (int i = 1; i < answer.Probabilities.Count; i++)
            best = answer.Probabilities[i] > answer.Probabilities[best] ? i : best;
        return (answer.Probabilities[best], best == answer.Right);
    }

    private double Mean(Func<PairedItem, PairedChange> what) =>
        Strata(what).Average(s => s.Sum(c => c.Sum) / s.Sum(c => c.Weight));

    private IReadOnlyList<IReadOnlyList<PairedChange>> Strata(Func<PairedItem, PairedChange> what) =>
        _mean == GroupMean.Items
            ? [[.. All.Select(what)]]
            : [.. All.GroupBy(i => i.Before.Subset).Select(g => g.Select(what).ToArray())];
}
