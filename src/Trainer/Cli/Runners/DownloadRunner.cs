using MolEngine.Basics.Text;
using MolEngine.Hub;
using MolEngine.Hub.Downloads;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli.Runners;

internal static class DownloadRunner
{
    private const int Megabyte = 1_000_000;

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(RepoName name, IReadOnlyList<string> include, CommandContext context)
    {
        DownloadResult result;
        using (IRunDisplay display = context.OpenDisplay(context.Error))
        {
            string what = $"downloading {name}";
            display.Doing(what);
            var download = new SnapshotDownload(
                HubEnvironment.Read(),
                (done, all) =>
                {
                    (int unit, string called) = all < 10 * Megabyte ? (1, "byte") : (Megabyte, "megabyte");
                    display.Doing(what, new Share(done / unit, all / unit, called));
                },
                display.Note);
            result = download.Run(name, include, context.Interrupted);
            string came = result.Fetched == 0 ? "all there already" : $"{ShownSize.Of(result.Fetched)} fetched";
            display.Note($"{result.Snapshot.Label}: {Counts.Of(result.Files.Count, "file")}, {came}");
        }

        context.Out.WriteLine(result.Snapshot.Folder);
        return ExitCode.Done;
    }
}
