using MolEngine.Runs;
using MolEngine.Trainer.Jobs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ExportRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(ExportOptions options, CommandContext context)
    {
        string written;
        if (options.IsRun)
            written = RunExport.OfRun(RunDirectory.Open(options.Source), options.Model, options.To, options.Merge);
        else
            written = RunExport.OfAdapter(options.Source, options.Model!, options.To, options.Merge);
        context.Out.WriteLine(written);
        return ExitCode.Done;
    }
}
