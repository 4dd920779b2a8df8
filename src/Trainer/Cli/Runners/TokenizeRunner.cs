using MolEngine.Trainer.Cli.Verbs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class TokenizeRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(TokenizeOptions options, CommandContext context) =>
        throw new EnvironmentFaultException("tokenize: this build has no engine");
}
