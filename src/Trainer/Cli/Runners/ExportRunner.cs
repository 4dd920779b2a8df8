using MolEngine.Runs;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ExportRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(ExportOptions options, CommandContext context)
    {
        Exported written;
        using (IRunDisplay display = context.OpenDisplay(context.Error))
        {
            var merge = new MergeChoice(options.Merge, options.StoreAs);
            (string source, string to) = (options.Source, options.To);
            written = options.IsRun
                ? RunExport.OfRun(RunDirectory.Open(source), options.Model, to, merge, display)
                : RunExport.OfAdapter(source, options.Model!, to, merge, display);
        }

        // Before anything else: it is there, whatever becomes of the measure.
        context.WriteLine(written.Told);
        if (written.Merged is { } merged)
        {
            using IRunDisplay display = context.OpenDisplay(context.Error);
            MergeMeasure.Tell(merged, display);
        }

        return ExitCode.Done;
    }
}
