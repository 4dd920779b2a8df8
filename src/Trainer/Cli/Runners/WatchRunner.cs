using MolEngine.Server.Live;

namespace MolEngine.Trainer.Cli.Runners;

internal static class WatchRunner
{
    /// <param name="directory">The run's folder; it need not be there yet.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(string directory, int port, CommandContext context)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (File.Exists(full))
            throw new UserException($"RUN: {directory}: expected the output folder of a run, got a file");
        context.GivenUp = "nothing is lost: the run goes on by itself";
        CancellationToken stop = context.Interrupted;
        LiveServer server = WatchedRun.Serve(full, port, context);
        try
        {
            context.WriteLine($"watching {directory} at {server.Address} (Ctrl-C stops)");
            context.Out.Flush();
            stop.WaitHandle.WaitOne();
        }
        finally
        {
            WatchedRun.Stop(server);
        }

        return ExitCode.Done;
    }
}
