using MolEngine.Server.Http;

namespace MolEngine.Server.Live;

/// <summary>Serves a page that follows what it shows.</summary>
public sealed class LiveServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly BoundedHost _host;

    /// <param name="settings">Where it listens: at loopback, as a browser's stream of events carries no key.</param>
    /// <param name="tell">Told what a person at the server should know, a line each, from any thread.</param>
    /// <exception cref="UserException">The settings are refused.</exception>
    public LiveServer(ILiveSource source, ServerSettings settings, Action<string> tell)
    {
        var feed = new LiveFeed(source);
        var router = new Router(new RequestGuard(settings), (_, _) => { }, tell, new Dictionary<string, Route>
        {
            ["/"] = new("GET", true, new LivePage(feed, source.Style, source.Footer).Send),
            ["/events"] = new("GET", true, new LiveEvents(feed, _stop.Token).Send),
        });
        _host = new BoundedHost(settings, router.Handle);
    }

    /// <summary>Where it listens, once it does.</summary>
    public Uri Address => _host.Address;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="UserException">The address or the port is not to be had.</exception>
    public Task Start() => _host.Start();

    /// <summary>Sends every client what is new since, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _host.DisposeAsync();
    }
}
