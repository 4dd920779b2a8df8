using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Runners;

internal static class TrainRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(RunConfig config, CommandContext context) =>
        throw new EnvironmentFaultException("train: this build has no engine");
}
