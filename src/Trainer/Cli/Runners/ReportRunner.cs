using MolEngine.Runs;
using MolEngine.Runs.Reports;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ReportRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(RunDirectory run, CommandContext context)
    {
        RunReport.Write(run.Root);
        context.WriteLine($"report: {Path.Combine(run.Root, RunReport.FileName)}");
        return ExitCode.Done;
    }
}
