using MolEngine.Basics.Text;
using MolEngine.Runs;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>Shows how a run stands. Nothing that it was made from needs to be there.</summary>
internal static class InspectRunRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(RunDirectory directory, CommandContext context)
    {
        string root = directory.Root;
        RunRecord run = RunRecordReader.Read(root);
        string? owner = RunLock.Owner(root), saved = RunDirectory.SavedIn(root);
        long done = (long)Last(run.Metrics?.Training ?? [], Metric.Loss).Select(p => p.Point.X).DefaultIfEmpty(0).Max();
        context.Fact("run", $"{root}");
        context.Fact("state", $"{State(run, owner, saved, done)}");
        if (SummarySection.Started(run) is { } started)
            context.Fact("started", started);
        context.Fact("model", $"{run.Of("model") ?? run.Facts.Model ?? "not named"}");
        context.Fact("method", $"{SummarySection.Method(run.Facts)}");
        context.Facts("corpora", run.Corpora.Select(c => $"{c.Name} ({c.Kind ?? "of an unknown kind"})"));
        string? planned = run.Of("steps") ?? run.Facts.Steps?.ToString();
        context.Fact("steps", $"{done:N0} of {planned ?? "a number that is not known yet"}");
        context.Facts("training", Training(run, done));
        context.Facts("held out", Outcome.Of(run).Select(HeldOut));
        if (run.Questions is { Before: not null } questions)
            context.Fact("questions", $"{questions.Sentence}");
        CheckpointList checkpoints = CheckpointStore.All(root);
        context.Facts("checkpoints", Checkpoints(checkpoints));
        context.Facts("holds", Holds(root));
        context.Facts("note", run.Faults);
        foreach ((int i, string command) in GoOn(run, directory, owner, saved, checkpoints).Index())
            context.Command(i == 0 ? "next" : "", command);
        return ExitCode.Done;
    }

    private static string State(RunRecord run, string? owner, string? saved, long done) =>
        owner is not null ? $"running: held by {owner}"
        : saved is null ? $"interrupted after step {done:N0}"
        : run.Of("finished") is { } at ? $"finished {at}"
        : "trained, and cut short before its report";

    /// <summary>The last step's figures: of all its rows, then of each corpus that had one.</summary>
    private static IEnumerable<string> Training(RunRecord run, long done)
    {
        IReadOnlyList<MetricSeries> series = run.Metrics?.Training ?? [];
        (MetricSeries Series, double Value)[] last =
        [
            .. Last(
                series, Metric.Loss, Metric.GradNorm, Metric.LearningRate, Metric.TokensPerSecond, Metric.CrossEntropy,
                Metric.KlDivergence)
                .Where(s => s.Point.X == done).Select(s => (s.Series, s.Point.Y)),
        ];
        return last.GroupBy(l => l.Series.Part).Select(part => string.Join(
            ", ", part.Select(l => $"{l.Series.Metric.Replace('_', ' ')} {Text(l.Series, l.Value)}"))
            + (part.Key is null ? "" : $" ({part.Key})"));

        static string Text(MetricSeries series, double value) =>
            series.Metric == "kl" ? Numbers.Kl(value) : Numbers.Value(value);
    }

    private static IEnumerable<(MetricSeries Series, DataPoint Point)> Last(
        IReadOnlyList<MetricSeries> series, params Metric[] metrics) =>
        metrics.SelectMany(m => MetricsLog.Of(series, m)).Select(s => (s, s.Points[^1]));

    private static string HeldOut(Outcome o)
    {
        string Text(string name, Change? c, Func<double, string> number) => c is null ? ""
            : c.IsOne ? $"{name} {number(c.First.Y)}"
            : $"{name} {number(c.First.Y)} -> {number(c.Last.Y)}";
        double step = (o.Ce ?? o.Kl)!.Last.X;
        string[] figures = [Text("ce", o.Ce, Numbers.Value), Text("kl", o.Kl, Numbers.Kl)];
        string all = string.Join(", ", figures.Where(f => f.Length > 0));
        return $"{all} at step {step:N0} ({o.Corpus.Name})";
    }

    /// <summary>Those that are whole, then the damaged ones.</summary>
    private static string[] Checkpoints(CheckpointList all)
    {
        string[] lines = [.. all.Whole.Select(Text), .. all.PassedOver.Select(line => $"damaged: {line}")];
        return lines.Length > 0 ? lines : ["none"];

        static string Text(Checkpoint c)
        {
            string loss = c.ValidationLoss is { } x ? $", validation loss {Numbers.Value(x)}" : "";
            string size = ShownSize.Of(BytesOf(c.Folder));
            return $"step {c.Step:N0}, {size}{loss}";
        }
    }

    /// <summary>Files and folders with their sizes; those of the program's own use are hidden.</summary>
    private static IEnumerable<string> Holds(string root)
    {
        string[] paths = [.. Directory.GetFileSystemEntries(root).Where(p => Path.GetFileName(p)[0] != '.').Order()];
        int width = paths.Max(p => Path.GetFileName(p).Length);
        return paths.Select(
            p => $"{Path.GetFileName(p).PadRight(width)} {ShownSize.Of(BytesOf(p)),10}");
    }

    private static long BytesOf(string path) => Directory.Exists(path)
        ? new DirectoryInfo(path).GetFiles("*", SearchOption.AllDirectories).Sum(f => f.Length)
        : new FileInfo(path).Length;

    private static IEnumerable<string> GoOn(
        RunRecord run, RunDirectory directory, string? owner, string? saved, CheckpointList checkpoints)
    {
        string root = ShownPath.Of(directory.Root);
        if (owner is not null)
            return [$"tensorboard --logdir {root}", ProgramCommand.With($"report {root}")];
        string resume = ProgramCommand.With($"train --resume {root}");
        string export = ProgramCommand.With($"export {root} --to DIR");
        if (saved is null)
        {
            return checkpoints.Whole.Count > 0 ? [resume, export]
                : checkpoints.PassedOver.Count > 0
                    ? [$"{resume}   (after the damaged checkpoints are put right, or removed to start again)"]
                    : [$"{resume}   (from the first step: there is no checkpoint)"];
        }

        if (!RunClosing.IsComplete(directory.Root))
            return [$"{resume}   (its report is not written yet)"];
        return (run.Facts.Method, run.Facts.Init) switch
        {
            ("full", _) => [TryCommand.OfModel(saved, run), export],

            // No folder holds the random weights below the adapter.
            (_, "random") => [export],
            _ => [TryCommand.OfAdapter(run.Facts.Model ?? "MODEL", saved, run), $"{export} [--merge]"],
        };
    }
}
