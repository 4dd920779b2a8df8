using MolEngine.Trainer.Config;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Cli.Runners;

internal static class TrainRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(RunConfig config, bool resume, CommandContext context)
    {
        TrainingRun.Execute(config, resume, context.Out, context.Interrupted);
        return ExitCode.Done;
    }
}
