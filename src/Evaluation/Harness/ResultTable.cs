using MolEngine.Basics.Text;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Results;

namespace MolEngine.Evaluation.Harness;

/// <summary>Results as lines for people: every number with its interval, its n, and how it came about.</summary>
public static class ResultTable
{
    private const int NameWidth = 32;

    public static IEnumerable<string> Lines(IReadOnlyList<TaskResult> results)
    {
        yield return $"{"task",-NameWidth} {"score",-20} {"value",8}  {"95 % interval",-19} {"stderr",7} {"n",7}";
        foreach (TaskResult result in results)
        {
            foreach (Estimate score in result.Whole)
                yield return Line(result.Task.Choice.Id, score);
            foreach ((string subset, IReadOnlyList<Estimate> scores) in result.Subsets)
                yield return Line($"  {subset}", scores[0]);
            yield return $"  {string.Join("; ", result.How)}";
            if (result.Subsets.Count > 0)
                yield return $"  {Mean(result)}";
            if (result.Cut > 0)
            {
                yield return $"  {Counts.Of(result.Cut, "prompt")} longer than the model's context: cut from the left";
            }
        }
    }

    /// <summary>How the score of several subsets came about.</summary>
    private static string Mean(TaskResult result) =>
        $"over {Counts.Of(result.Subsets.Count, "subset")}: "
        + (result.Task.Task.Mean == GroupMean.Items ? "weighted by size" : "the plain mean of their scores");

    private static string Line(string name, Estimate e)
    {
        string error = e.StandardError is { } s ? Shown(s) : "-";
        string interval = $"{Shown(e.Low)} .. {Shown(e.High)}";
        return $"{name,-NameWidth} {e.Score,-20} {Shown(e.Value),8}  {interval,-19} {error,7} {e.Items,7:N0}";
    }

    private static string Shown(double value) => value >= 100 ? value.ToString("F1") : value.ToString("F4");
}
