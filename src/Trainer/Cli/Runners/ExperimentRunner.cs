using MolEngine.Basics.Text;
using MolEngine.Runs.Experiments;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Experiments;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ExperimentRunner
{
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

        context.LetOutputGo();
        context.GivenUp = "the steps of this run since its last checkpoint are lost; it resumes from there";
        string again = ProgramCommand.With(
            $"experiment {ShownPath.Of(options.Spec)} --output {ShownPath.Of(plan.Folder)}");
        IReadOnlyList<(string Run, string Why)> failures;
        try
        {
            using IRunDisplay display = context.OpenDisplay(context.Out);
            failures = ExperimentJob.Execute(plan, display, context.Interrupted);
        }
        catch (OperationCanceledException)
        {
            Report(plan, [], context);
            context.WriteLine("interrupted: what is done is kept, and the run at work has saved its last finished step");
            context.WriteCommand($"go on      {again}");
            return ExitCode.Interrupted;
        }

        Report(plan, failures, context);
        if (failures.Count == 0)
            return ExitCode.Done;
        context.Error.WriteLine(
            $"molengine: {Counts.Of(failures.Count, "run")} of {plan.Runs.Count} failed; the others are done. Tried again "
                + $"by {again}");
        return ExitCode.Failed;
    }

    /// <summary>Writes what the runs that are judged so far come to; of all cells, also where one alone was run.
    /// </summary>
    private static void Report(
        ExperimentPlan plan, IReadOnlyList<(string Run, string Why)> failures, CommandContext context)
    {
        if (ExperimentResults.Of(plan) is not { } experiment)
        {
            context.WriteLine(plan.Spec.Judge.IsEmpty
                ? "no report: the spec has nothing to judge by (judge)"
                : "no report yet: no run is judged");
            return;
        }

        experiment = experiment with { Failures = failures };
        ExperimentPage.Write(Path.Combine(plan.Folder, "report.html"), experiment);
        ExperimentJson.Write(Path.Combine(plan.Folder, "experiment.json"), experiment);
        ExperimentMarkdown.Write(Path.Combine(plan.Folder, "report.md"), experiment);
        context.WriteLine($"report     {ShownPath.Of(Path.Combine(plan.Folder, "report.html"))}");
        context.WriteLine($"table      {ShownPath.Of(Path.Combine(plan.Folder, "report.md"))}");
        context.WriteLine($"figures    {ShownPath.Of(Path.Combine(plan.Folder, "experiment.json"))}");
    }
}
