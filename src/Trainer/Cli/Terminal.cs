using MolEngine.Kernels.Collectives;
using MolEngine.Trainer.Display;
using Spectre.Console;

namespace MolEngine.Trainer.Cli;

/// <summary>
/// Whether output goes to a terminal that may be drawn on. Where it does not (a file or a pipe, a CI job, TERM=dumb,
/// or none, NO_COLOR), everything is plain lines without a control code.
/// </summary>
internal static class Terminal
{
    /// <summary>What a person can set, for the manual.</summary>
    public static readonly (string, string) Manual = (
        "NO_COLOR, TERM=dumb, CI",
        "Each of them makes plain lines of what a terminal shows otherwise, as a redirected output does.");

    /// <summary>
    /// The process's output as a terminal; null where it is none. What a launcher of ranks passes on may look like one.
    /// </summary>
    /// <param name="output">Over standard output.</param>
    public static IAnsiConsole? Of(TextWriter output) =>
        LaunchedRank.Of(Environment.GetEnvironmentVariable) is null
        && MayDraw(Console.IsOutputRedirected, Environment.GetEnvironmentVariable)
            ? Open(new AnsiConsoleOutput(output))
            : null;

    /// <summary>The process's errors, with lines broken between words where they go to a terminal.</summary>
    /// <param name="error">Over standard error.</param>
    public static TextWriter Wrapped(TextWriter error) =>
        MayDraw(Console.IsErrorRedirected, Environment.GetEnvironmentVariable)
            ? new WrappingWriter(error, Width)
            : error;

    /// <param name="variable">Gives the value of a variable of the environment, or null.</param>
    public static bool MayDraw(bool redirected, Func<string, string?> variable) =>
        !redirected
        && (OperatingSystem.IsWindows() || variable("TERM") is not (null or "" or "dumb"))
        && string.IsNullOrEmpty(variable("NO_COLOR"))
        && variable("CI") is null or "" or "0" or "false";

    /// <summary>Columns of the terminal; 0 where Windows does not tell, as it is not the output's.</summary>
    private static int Width()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Null where the terminal (an old console of Windows) knows no control codes.</summary>
    public static IAnsiConsole? Open(IAnsiConsoleOutput output)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = output,
            Ansi = OperatingSystem.IsWindows() ? AnsiSupport.Detect : AnsiSupport.Yes,

            // The sixteen colours that follow the terminal's own theme.
            ColorSystem = ColorSystemSupport.Standard,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        return console.Profile.Capabilities.Ansi ? console : null;
    }
}
