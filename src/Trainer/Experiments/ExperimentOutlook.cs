using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Planning;

namespace MolEngine.Trainer.Experiments;

/// <summary>What an experiment would do, before it does it.</summary>
internal static class ExperimentOutlook
{
    public static IEnumerable<string> Lines(ExperimentPlan plan)
    {
        string each = Counts.Of(plan.Spec.Seeds.Count, "seed");
        yield return $"{plan.Spec.Name}: {Counts.Of(plan.Runs.Count, "run")}: "
            + $"{Counts.Of(plan.Runs.Select(r => r.Cell).Distinct().Count(), "cell")}, {each} each "
            + $"({string.Join(", ", plan.Spec.Seeds)}), into {ShownPath.Of(plan.Folder)}";
        int width = plan.Runs.Max(r => r.Cell.Name.Length) + 2;
        foreach (IGrouping<ExperimentCell, ExperimentRun> cell in plan.Runs.GroupBy(r => r.Cell))
        {
            string own = cell.Key.Own.Count == 0 ? "the base itself" : string.Join(", ", cell.Key.Own);
            string baseline = cell.Key == plan.Spec.Baseline ? " (baseline)" : "";
            yield return $"  {cell.Key.Name.PadRight(width)}{ExperimentPlan.Length(cell.First().Config)}; "
                + $"{States(cell)}; {own}{baseline}";
        }

        yield return $"judged by  {Judges(plan.Spec.Judge)}";
        yield return $"forecast   {Forecast(plan)}";
    }

    private static string States(IEnumerable<ExperimentRun> runs)
    {
        RunState[] states = [.. runs.Select(ExperimentPlan.StateOf)];
        int done = states.Count(s => s == RunState.Done), begun = states.Count(s => s == RunState.Begun);
        return $"{Counts.Of(states.Length, "run")}" + (done > 0 ? $", {done} done" : "")
            + (begun > 0 ? $", {begun} begun" : "");
    }

    private static string Judges(JudgeSettings judge)
    {
        if (judge.IsEmpty)
            return "nothing: there will be no report";
        IEnumerable<string> all =
        [
            .. judge.HeldOut ? ["held-out texts and questions of the runs"] : Array.Empty<string>(),
            .. judge.Texts.Select(t => $"text {t.Name}"),
            .. judge.Tasks.Select(t => $"task {Path.GetFileNameWithoutExtension(t)}"),
        ];
        return string.Join(", ", all);
    }

    /// <summary>Time of the runs that are left, by the speed of those of this experiment that have trained.</summary>
    private static string Forecast(ExperimentPlan plan)
    {
        ExperimentRun[] open = [.. plan.Runs.Where(r => ExperimentPlan.StateOf(r) != RunState.Done)];
        if (open.Length == 0)
            return "every run is trained; what is not judged yet will be";
        double[] rates = [.. plan.All.Where(r => ExperimentPlan.StateOf(r) != RunState.New).SelectMany(RateOf)];
        RunLength?[] lengths = [.. open.Select(r => RunLength.Stated(r.Config))];
        if (lengths.Contains(null))
        {
            return "runs by epochs, or of a global_batch that they find themselves, have as many tokens as their data: "
                + "`molengine inspect CONFIG` counts them";
        }

        double tokens = lengths.Sum(l => l!.Tokens);
        string work = $"{Counts.Of((long)tokens, "token")} to train on, at most";
        return rates.Length == 0
            ? $"{work}; hours are told when the first run has trained some steps here (--only CELL runs one cell)"
            : $"{work}, {Numbers.Duration(TimeSpan.FromSeconds(tokens / rates.Average()))} at the "
                + $"{rates.Average():N0} tokens/s of the runs so far; validations, questions and judging come on top";
    }

    private static IEnumerable<double> RateOf(ExperimentRun run)
    {
        MetricSeries? rates = RunRecordReader.Read(run.Folder).Metrics?.Training
            .FirstOrDefault(s => s.Metric == Metric.TokensPerSecond.Name);
        return rates is null ? [] : [rates.Points.Average(p => p.Y)];
    }
}
