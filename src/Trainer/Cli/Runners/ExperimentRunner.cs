using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Runs;
using MolEngine.Runs.Experiments;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Experiments;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ExperimentRunner
{
    private const string Page = "report.html", Table = "report.md", Figures = "experiment.json";

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(ExperimentOptions options, CommandContext context)
    {
        ExperimentSpec spec = ExperimentReader.Load(options.Spec);
        string folder = options.Output ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(options.Spec));
        ExperimentPlan plan = ExperimentPlan.Of(spec, folder, options.Only);
        foreach (string model in plan.Runs.Select(r => r.Config.Model).Distinct())
            NamedInputs.RequireWhole(model);
        if (options.DryRun)
        {
            foreach (string line in ExperimentOutlook.Lines(plan))
                context.WriteLine(line);
            return ExitCode.Done;
        }

        DurableFiles.Guarded(plan.Folder, () => DurableFile.MakeFolder(plan.Folder));
        using var owned = RunLock.Take(plan.Folder);
        context.LetOutputGo();
        context.GivenUp = "the steps of this run since its last checkpoint are lost; it resumes from there";
        string again = ProgramCommand.With(
            $"experiment {ShownPath.Of(options.Spec)} --output {ShownPath.Of(plan.Folder)}"
                + (options.Only is { } cell ? $" --only {cell}" : ""));
        IReadOnlyList<(string Run, string Why)> failures;
        try
        {
            using IRunDisplay display = context.OpenDisplay(context.Out);
            failures = ExperimentJob.Execute(
                plan, display, context.IsTerminal, soFar => Report(plan, soFar), context.Interrupted);
        }
        catch (OperationCanceledException)
        {
            Report(plan, []);
            context.WriteLine(
                "interrupted: what is done is kept, and the run at work has saved its last finished step");
            context.WriteCommand($"go on      {again}");
            return ExitCode.Interrupted;
        }

        bool isReported = Report(plan, failures);
        if (isReported)
        {
            foreach ((string what, string file) in new[] { ("report", Page), ("table", Table), ("figures", Figures) })
                context.WriteLine($"{what,-10} {ShownPath.Of(Path.Combine(plan.Folder, file))}");
        }
        else
        {
            context.WriteLine(plan.Spec.Judge.IsEmpty
                ? "no report: the spec has nothing to judge by (judge)"
                : "no report yet: no run is judged");
        }

        if (failures.Count == 0)
            return ExitCode.Done;
        context.Error.WriteLine(
            $"molengine: {Counts.Of(failures.Count, "run")} of {plan.Runs.Count} failed; the others are done. Tried "
                + $"again by {again}");
        return ExitCode.Failed;
    }

    /// <summary>
    /// Writes what the runs that are judged so far come to; of all cells, also where one alone was run.
    /// </summary>
    /// <returns>Whether any is.</returns>
    private static bool Report(ExperimentPlan plan, IReadOnlyList<(string Run, string Why)> failures)
    {
        if (ExperimentResults.Of(plan) is not { } experiment)
            return false;
        experiment = experiment with { Failures = failures };
        ExperimentPage.Write(Path.Combine(plan.Folder, Page), experiment);
        ExperimentJson.Write(Path.Combine(plan.Folder, Figures), experiment);
        ExperimentMarkdown.Write(Path.Combine(plan.Folder, Table), experiment);
        return true;
    }
}
