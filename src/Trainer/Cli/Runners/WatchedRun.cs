using MolEngine.Basics.Text;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Server;
using MolEngine.Server.Live;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>A run's report, served while the run goes on.</summary>
internal sealed class WatchedRun : ILiveSource
{
    /// <summary>Browsers of one person, and their tabs.</summary>
    private const int Connections = 64;

    private readonly RunFollower _run;

    private WatchedRun(string directory) => _run = new RunFollower(directory);

    public string Style => RunReport.Style;

    public string Footer => RunReport.Footer;

    /// <summary>Begins to serve the page of a run; who calls disposes of it.</summary>
    /// <param name="directory">It need not be there yet.</param>
    /// <param name="port">0 takes one that is free.</param>
    /// <exception cref="UserException">The port is not to be had.</exception>
    public static LiveServer Serve(string directory, int port, CommandContext context)
    {
        var server = new LiveServer(
            new WatchedRun(directory), new ServerSettings { Port = port, Connections = Connections },
            line => context.Error.WriteLine($"molengine: {line}"));
        try
        {
            server.Start().GetAwaiter().GetResult();
            return server;
        }
        catch
        {
            Stop(server);
            throw;
        }
    }

    /// <summary>Ends the page, after who looks at it has seen the last.</summary>
    public static void Stop(LiveServer server) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();

    public LiveView Read()
    {
        _run.Look();
        string shown = ShownPath.Of(_run.Directory);
        string status = LiveStatus.Of(_run, shown, ProgramCommand.With($"train --resume {shown}"));
        LiveState state = _run.State switch
        {
            RunState.NotBegun => LiveState.Waiting,
            RunState.Running => LiveState.Running,
            RunState.Stopped => LiveState.Stopped,
            RunState.Ended => LiveState.Ended,
            _ => LiveState.Gone,
        };
        IReadOnlyList<LivePart> parts = _run.Record is { } record
            ? [.. RunReport.Parts(record).Select(p => new LivePart(p.Name, p.Html))]
            : [];
        return new LiveView($"{Path.GetFileName(_run.Directory)} – MolEngine", state, status, parts);
    }
}
