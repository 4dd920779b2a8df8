using Microsoft.AspNetCore.Http;
using MolEngine.Server.Api;
using MolEngine.Server.Figures;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Http;

/// <summary>An OpenAI-compatible server over one batch: Kestrel before, the engine's thread behind.</summary>
public sealed class ModelServer : IAsyncDisposable
{
    private readonly ServerSettings _settings;
    private readonly Scheduler _scheduler;
    private readonly BoundedHost _host;

    /// <param name="tell">Told what a person at the server should know, a line each, from any thread.</param>
    /// <exception cref="UserException">The settings are refused.</exception>
    public ModelServer(
        ServedModels models, Scheduler scheduler, ServerFigures figures, ServerSettings settings, Action<string> tell)
    {
        _settings = settings;
        _scheduler = scheduler;
        var generation = new GenerationEndpoint(models, scheduler, figures, settings, tell);
        var list = new ModelList(models, scheduler);
        var router = new Router(new RequestGuard(settings), figures.CountRequest, tell, new Dictionary<string, Route>
        {
            ["/v1/models"] = new("GET", true, list.All),
            [ModelList.Prefix] = new("GET", true, list.One),
            ["/v1/chat/completions"] = new("POST", true, generation.Chat),
            ["/v1/completions"] = new("POST", true, generation.Completions),
            ["/health"] = new("GET", false, Health),
            ["/metrics"] = new("GET", true, context => Responses.Text(
                context, ServerFigures.ContentType,
                figures.Text(scheduler.Running, scheduler.Waiting, scheduler.CachedTokens, scheduler.Capacity))),
            ["/"] = new("GET", false, new ChatPage().Send),
        });
        _host = new BoundedHost(settings, router.Handle);
    }

    /// <summary>Where it listens, once it does.</summary>
    public Uri Address => _host.Address;

    /// <summary>Begins to listen. What is asked waits for <see cref="Generate"/>.</summary>
    /// <exception cref="UserException">The address or the port is not to be had.</exception>
    public Task Start() => _host.Start();

    /// <summary>
    /// Answers, on the thread that calls, until it is told to stop: then no request is accepted any more, and those
    /// under way end within the grace time or are cut short.
    /// </summary>
    public void Generate(CancellationToken stop)
    {
        using var grace = new Timer(
            _ => _scheduler.Abort(new ApiException(503, "the server has stopped", code: "shutting_down")));
        using CancellationTokenRegistration registration = stop.Register(() =>
        {
            _scheduler.Stop();
            grace.Change(_settings.Grace, Timeout.InfiniteTimeSpan);
        });
        _scheduler.Run();
    }

    /// <summary>Closes connections once what they were sent has left.</summary>
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private Task Health(HttpContext context)
    {
        if (_scheduler.IsStopping)
            throw new ApiException(503, "the server is stopping", code: "shutting_down");
        return Responses.Json(context, 200, "{\"status\":\"ok\"}"u8.ToArray());
    }
}
