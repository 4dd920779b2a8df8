using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Results;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Harness;

/// <summary>What came out of a task.</summary>
/// <param name="Whole">Its scores over all subsets asked, the headline first.</param>
/// <param name="Subsets">Those of each subset; empty where it is one whole, or one subset.</param>
/// <param name="Cut">Answers whose prompts were cut from the left.</param>
public sealed record TaskResult(
    PreparedTask Task, IReadOnlyList<Estimate> Whole,
    IReadOnlyList<(string Subset, IReadOnlyList<Estimate> Scores)> Subsets, int Cut)
{
    /// <summary>How it was asked, in words: what a number means nothing without.</summary>
    public IReadOnlyList<string> How => HowOf(Task);

    /// <summary>How a task is asked, in words.</summary>
    public static IReadOnlyList<string> HowOf(PreparedTask task) => Conditions.Of(task);

    /// <param name="scores">What each answer of the task adds.</param>
    public static TaskResult Of(
        PreparedTask task, IReadOnlyDictionary<ItemKey, IReadOnlyList<Observation>> scores, int cut)
    {
        var subsets = new List<(string, IReadOnlyList<Estimate>)>();
        var items = new List<IReadOnlyList<Observation>>();
        foreach ((string name, _) in task.Choice.Subsets)
        {
            IReadOnlyList<Observation>[] own =
            [
                .. scores.Where(s => s.Key.Subset == name).GroupBy(s => s.Key.Item).OrderBy(g => g.Key)
                    .Select(g => Averaged([.. g.Select(s => s.Value)])),
            ];
            items.AddRange(own);
            subsets.Add((name, Estimates(own)));
        }

        IReadOnlyList<Estimate> whole = task.Task.Mean == GroupMean.Items || subsets.Count == 1
            ? Estimates(items)
            : [.. subsets[0].Item2.Select((e, i) => Intervals.MeanOf([.. subsets.Select(s => s.Item2[i])]))];
        return new TaskResult(task, whole, subsets.Count == 1 ? [] : subsets, cut);
    }

    /// <summary>The mean of an item's answers: avg@k.</summary>
    private static IReadOnlyList<Observation> Averaged(IReadOnlyList<IReadOnlyList<Observation>> samples) =>
        samples.Count == 1
            ? samples[0]
            : [.. samples[0].Select((o, i) => new Observation(
                o.Score, samples.Average(s => s[i].Value), samples.Average(s => s[i].Weight)))];

    private static IReadOnlyList<Estimate> Estimates(IReadOnlyList<IReadOnlyList<Observation>> items) =>
        [.. items[0].Select((o, i) => Intervals.Of(o.Score, [.. items.Select(item => item[i])]))];
}
