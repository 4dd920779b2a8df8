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
            // Of its own: the time left is made of bytes and the time that they took.
            display.Doing($"asking for {name}");
            string what = $"downloading {name}";
            var download = new SnapshotDownload(
                HubEnvironment.Read(),
                (done, all) =>
                {
                    (int unit, string called) = all < 10 * Megabyte ? (1, "byte") : (Megabyte, "megabyte");
                    display.Doing(what, new Share(done / unit, all / unit, called));
                },
                display.Note);
            result = download.Run(name, include, context.Interrupted);
            string came = result.Fetched switch
            {
                0 => "all there already",
                < 1024 => $"{Counts.Of(result.Fetched, "byte")} fetched",
                _ => $"{ShownSize.Of(result.Fetched)} fetched",
            };
            display.Note($"{result.Snapshot.Label}: {Counts.Of(result.Files.Count, "file")}, {came}");
        }

        context.Out.WriteLine(result.Snapshot.Folder);
        return ExitCode.Done;
    }
}
