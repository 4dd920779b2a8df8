using MolEngine.Trainer.Cli.Verbs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ScoreRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(ScoreOptions options, CommandContext context) =>
        throw new EnvironmentFaultException("score: this build has no engine");
}
