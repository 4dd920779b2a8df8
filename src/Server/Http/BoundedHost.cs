using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MolEngine.Server.Http;

/// <summary>
/// Kestrel as every server of this program has it: what a client sends is bounded in length and time, and nothing is
/// read from the environment.
/// </summary>
internal sealed class BoundedHost : IAsyncDisposable
{
    /// <summary>How long the last bytes of answers may take to leave.</summary>
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(5);

    private readonly ServerSettings _settings;
    private readonly WebApplication _app;

    /// <param name="handle">Answers a request.</param>
    /// <exception cref="UserException">The settings are refused.</exception>
    public BoundedHost(ServerSettings settings, RequestDelegate handle)
    {
        settings.Validate();
        _settings = settings;

        // Empty: nothing is read from the environment or from files, where an address could stand that nobody saw.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        _app = builder.Build();
        _app.Run(handle);
    }

    /// <summary>Where it listens, once it does.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Begins to listen.</summary>
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

    /// <summary>Closes connections once what they were sent has left.</summary>
    public async ValueTask DisposeAsync()
    {
        using var time = new CancellationTokenSource(FlushTime);
        await _app.StopAsync(time.Token);
        await _app.DisposeAsync();
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
