using MolEngine.Trainer.Cli.Verbs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ExportRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(ExportOptions options, CommandContext context) =>
        throw new EnvironmentFaultException("export: this build has no engine");
}
