using MolEngine.Trainer.Cli.Verbs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class InspectRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(InspectOptions options, CommandContext context) =>
        throw new EnvironmentFaultException("inspect: this build has no engine");
}
