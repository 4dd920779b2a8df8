using MolEngine.Trainer.Cli.Verbs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class GenerateRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(GenerateOptions options, CommandContext context) =>
        throw new EnvironmentFaultException("generate: this build has no engine");
}
