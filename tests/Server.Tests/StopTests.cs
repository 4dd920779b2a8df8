using System.Net;
using System.Text.Json.Nodes;
using MolEngine.Server.Http;

namespace MolEngine.Server.Tests;

/// <summary>How a server ends.</summary>
public sealed class StopTests
{
    private const string Long = """
        {"model": "tiny", "prompt": "L", "max_tokens": 1500, "temperature": 0, "stream": true}
        """;

    [Fact]
    public async Task What_runs_ends_and_what_comes_is_refused()
    {
        using var server = Server(new ServerSettings());
        using var running = new RawClient(server.Address);
        running.Post("/v1/completions", Long);
        running.ReadUntil("la ");
        server.Stop();
        (HttpStatusCode status, JsonNode answer) = await server.Post("/v1/completions", Long);
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "shutting_down"), (status, (string)answer["error"]!["code"]!));
        using HttpResponseMessage health = await server.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains("data: [DONE]\n\n\r\n", running.ReadUntil("[DONE]\n\n\r\n"));
        server.Join();
    }

    [Fact]
    public void What_outlasts_the_grace_is_cut_short_and_told_so()
    {
        using var server = Server(new ServerSettings { Grace = TimeSpan.Zero });
        using var running = new RawClient(server.Address);
        running.Post("/v1/completions", Long);
        running.ReadUntil("la ");
        server.Stop();
        Assert.Contains("\"code\":\"shutting_down\"", running.ReadUntil("shutting_down\""));
        server.Join();
        Assert.Equal((0, 0), (server.Scheduler.Running, server.Scheduler.Waiting));
    }

    [Fact]
    public async Task A_request_has_only_so_much_time()
    {
        using var server = Server(new ServerSettings { RequestTime = TimeSpan.FromMilliseconds(1) });
        (HttpStatusCode status, JsonNode answer) = await server.Post(
            "/v1/completions", Long.Replace(", \"stream\": true", ""));
        Assert.Equal((HttpStatusCode.GatewayTimeout, "timeout"), (status, (string)answer["error"]!["code"]!));
        await TestServer.Until(() => server.Scheduler.Running == 0, "the row is out");
    }

    [Fact]
    public async Task A_port_in_use_is_said()
    {
        using var server = Server(new ServerSettings());
        await using var second = new ModelServer(
            server.Models, server.Scheduler, server.Figures, new ServerSettings { Port = server.Address.Port },
            _ => { });
        var e = await Assert.ThrowsAsync<UserException>(second.Start);
        Assert.Equal(
            $"--port: {server.Address.Port}: expected a free port, got one in use. Name another with --port",
            e.Message);
    }

    private static TestServer Server(ServerSettings settings) =>
        new(ModelFolder.Scripted(), settings, rows: 2, tokens: 4096, longest: 2048);
}
