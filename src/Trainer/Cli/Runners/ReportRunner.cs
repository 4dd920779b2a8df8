using MolEngine.Runs;
using MolEngine.Runs.Reports;
using MolEngine.Runs.SideBySide;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ReportRunner
{
    /// <param name="html">File of the page, of several runs.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> runs, string html, CommandContext context)
    {
        RunDirectory[] directories = [.. runs.Select(RunDirectory.Open)];
        if (directories.Select(d => d.Root).Distinct().Count() < directories.Length)
            throw new UserException("RUN: expected runs of different folders, got one of them twice");
        string page = html;
        if (directories is [var one])
        {
            RunReport.Write(one.Root);
            page = Path.Combine(one.Root, RunReport.FileName);
        }
        else
        {
            RunsPage.Write(html, [.. directories.Select(d => d.Root)]);
        }

        context.WriteLine($"report: {page}");
        return ExitCode.Done;
    }
}
