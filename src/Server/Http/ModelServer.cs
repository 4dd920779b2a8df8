using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MolEngine.Server.Api;
using MolEngine.Server.Figures;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Http;

/// <summary>An OpenAI-compatible server over one batch: Kestrel before, the engine's thread behind.</summary>
public sealed class ModelServer : IAsyncDisposable
{
    /// <summary>How long the last bytes of answers may take to leave.</summary>
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(5);

    private readonly ServerSettings _settings;
    private readonly Scheduler _scheduler;
    private readonly WebApplication _app;

    /// <param name="tell">Told what a person at the server should know, a line each, from any thread.</param>
    /// <exception cref="UserException">The settings are refused.</exception>
    public ModelServer(
        ServedModels models, Scheduler scheduler, ServerFigures figures, ServerSettings settings, Action<string> tell)
    {
        settings.Validate();
        _settings = settings;
        _scheduler = scheduler;

        // Empty: nothing is read from the environment or from files, where an address could stand that nobody saw.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        _app = builder.Build();
        var generation = new GenerationEndpoint(models, scheduler, figures, settings, tell);
        var list = new ModelList(models, scheduler);
        var router = new Router(new RequestGuard(settings), figures, tell, new Dictionary<string, Route>
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
        _app.Run(router.Handle);
    }

    /// <summary>Where it listens, once it does.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Begins to listen. What is asked waits for <see cref="Generate"/>.</summary>
    /// <exception cref="UserException">The address or the port is not to be had.</exception>
    public async Task Start()
    {
        try
        {
            await _app.StartAsync();
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new UserException(
                $"--port: {_settings.Port}: expected a free port, got one in use. Name another with --port", e);
        }
        catch (SocketException e)
        {
            throw new UserException(
                $"--host, --port: {new IPEndPoint(_settings.Address, _settings.Port)}: expected an address of this "
                + $"machine that this user may listen at, got \"{e.Message}\"", e);
        }
    }

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
    public async ValueTask DisposeAsync()
    {
        using var time = new CancellationTokenSource(FlushTime);
        await _app.StopAsync(time.Token);
        await _app.DisposeAsync();
    }

    private Task Health(HttpContext context)
    {
        if (_scheduler.IsStopping)
            throw new ApiException(503, "the server is stopping", code: "shutting_down");
        return Responses.Json(context, 200, "{\"status\":\"ok\"}"u8.ToArray());
    }

    private void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Listen(_settings.Address, _settings.Port, listen => listen.Protocols = HttpProtocols.Http1);
        KestrelServerLimits limits = options.Limits;
        limits.MaxRequestBodySize = (long)_settings.BodyBytes * RequestBody.Patience;
        limits.MaxRequestHeadersTotalSize = 16 << 10;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestLineSize = 4 << 10;
        limits.MaxConcurrentConnections = _settings.Connections;
        limits.RequestHeadersTimeout = _settings.HeaderTime;
        limits.KeepAliveTimeout = _settings.IdleTime;

        // Who reads or writes more slowly than this, but for the first seconds, is let go.
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }
}
