using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>How it stands with a run that is followed, in a line.</summary>
public static class LiveStatus
{
    /// <param name="name">The run's folder, for people.</param>
    /// <param name="resume">The command that goes on with it.</param>
    public static string Of(RunFollower run, string name, string resume) => run.State switch
    {
        RunState.NotBegun => $"Not begun: {name} holds no run yet. This page waits for it.",
        RunState.Running => $"Running: {Steps(run.Record!)}{Left(run.Record!)}",
        RunState.Stopped => $"Stopped before its end: {Steps(run.Record!)}. To go on: {resume}",
        RunState.Ended => $"Ended: {Steps(run.Record!)}. This page is as it will stay.",
        _ => $"Removed: {name} is no run any more. What is below is the last that was seen of it.",
    };

    private static string Steps(RunRecord run)
    {
        long done = Done(run);
        string of = Planned(run) is { } all && all != done ? $" of {Counts.Of(all)}" : "";
        return done == 0 ? "before its first step" : $"step {Counts.Of(done)}{of}";
    }

    /// <summary>The time of the steps that are left, at the median speed of the last ones; validations not counted.
    /// </summary>
    private static string Left(RunRecord run)
    {
        double[] times = [.. Times(run).TakeLast(50).Order()];
        return Planned(run) is { } all && all > Done(run) && times.Length > 0
            ? $", about {Numbers.Duration(TimeSpan.FromSeconds(
                Math.Ceiling((all - Done(run)) * times[times.Length / 2])))} left"
            : "";
    }

    private static IEnumerable<double> Times(RunRecord run)
    {
        IReadOnlyList<MetricSeries> training = run.Metrics?.Training ?? [];
        IReadOnlyList<DataPoint>? tokens = MetricsLog.Of(training, Metric.Tokens).FirstOrDefault()?.Points;
        IReadOnlyList<DataPoint>? speed = MetricsLog.Of(training, Metric.TokensPerSecond).FirstOrDefault()?.Points;
        return tokens is null || speed is null
            ? []
            : tokens.Zip(speed, (t, s) => t.Y / s.Y).Where(x => double.IsFinite(x) && x < 1e9);
    }

    private static long Done(RunRecord run) =>
        (long)(run.Metrics?.Training ?? []).Select(s => s.Points[^1].X).DefaultIfEmpty(0).Max();

    private static long? Planned(RunRecord run) =>
        long.TryParse(run.Of("steps"), out long steps) ? steps : run.Facts.Steps;
}
