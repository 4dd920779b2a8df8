using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class TrainRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(RunConfig config, bool resume, CommandContext context)
    {
        using IRunDisplay display = context.OpenDisplay(context.Out);
        TrainingJob.Execute(config, resume, display, context.Interrupted);
        return ExitCode.Done;
    }
}
