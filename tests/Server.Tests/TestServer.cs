using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using MolEngine.Engine.Generation;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Server.Figures;
using MolEngine.Server.Http;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Tests;

/// <summary>A server of a tiny model at a port of its own, with the engine on a thread of its own.</summary>
public class TestServer : IDisposable
{
    private readonly ModelFolder _folder;
    private readonly Ops _ops = CpuBackend.Create(threads: 1);
    private readonly InferenceModel _model;
    private readonly GenerationBatch _batch;
    private readonly CancellationTokenSource _stop = new();
    private readonly ModelServer _server;
    private readonly Thread _engine;

    public TestServer(
        ModelFolder folder, ServerSettings? settings = null, int rows = 8, int tokens = 16_384, int longest = 1024)
    {
        _folder = folder;
        _model = new InferenceModel(_ops, folder.Model, null);
        Models = new ServedModels(
            _model, _model.LoadTokenizer(), "tiny", [new("trained", folder.Adapter)]);
        _batch = new GenerationBatch(_ops, _model.Config, _model.Frozen, rows, tokens, longest);
        settings ??= new ServerSettings();
        Scheduler = new Scheduler(_batch, Figures, rows, settings.Queue);
        _server = new ModelServer(Models, Scheduler, Figures, settings with { Port = 0 }, Told.Enqueue);
        _server.Start().GetAwaiter().GetResult();
        Address = _server.Address;
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };
        _engine = new Thread(() => Failure = Record.Exception(() => _server.Generate(_stop.Token)));
        _engine.Start();
    }

    public Ops Ops => _ops;

    public ServedModels Models { get; }

    public ServerFigures Figures { get; } = new();

    public Scheduler Scheduler { get; }

    public HttpClient Client { get; }

    public Uri Address { get; }

    /// <summary>What a person at the server was told.</summary>
    public ConcurrentQueue<string> Told { get; } = [];

    /// <summary>What ended the engine's thread; null where nothing did but the stop.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>As Ctrl-C does; returns at once.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Waits until the engine's thread has ended.</summary>
    public void Join() => _engine.Join();

    public async Task<(HttpStatusCode Status, JsonNode Answer)> Post(string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Client.PostAsync(path, body);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>A request that must succeed.</summary>
    public async Task<JsonNode> Ok(string path, string json)
    {
        (HttpStatusCode status, JsonNode answer) = await Post(path, json);
        Assert.True(status == HttpStatusCode.OK, $"{(int)status}: {answer}");
        return answer;
    }

    /// <summary>The first answer of a chat of one message.</summary>
    /// <param name="more">Further fields, each with a comma behind it.</param>
    public async Task<JsonNode> Chat(string message, string more = "")
    {
        JsonNode answer = await Ok("/v1/chat/completions", ChatBody(message, more));
        return answer["choices"]![0]!;
    }

    public static string ChatBody(string message, string more = "") => $$"""
        {{{more}} "model": "tiny", "temperature": 0, "messages": [{"role": "user", "content": "{{message}}"}]}
        """;

    /// <summary>The chunks of a stream that must succeed; its last line is [DONE].</summary>
    public async Task<List<JsonNode>> Stream(string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Client.PostAsync(path, body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        string[] events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(events, e => Assert.StartsWith("data: ", e));
        Assert.Equal("data: [DONE]", events[^1]);
        return [.. events[..^1].Select(e => JsonNode.Parse(e["data: ".Length..])!)];
    }

    /// <summary>A number of <c>/metrics</c>.</summary>
    public async Task<double> Metric(string name)
    {
        string text = await Client.GetStringAsync("/metrics");
        string line = text.Split('\n').Single(l => l.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..]);
    }

    /// <summary>Waits until something is so; fails where it never is.</summary>
    public static async Task Until(Func<bool> isSo, string what)
    {
        for (int i = 0; i < 3000; i++)
        {
            if (isSo())
                return;
            await Task.Delay(10);
        }

        Assert.Fail($"never: {what}");
    }

    public void Dispose()
    {
        _stop.Cancel();
        Scheduler.Abort(new OperationCanceledException());
        _engine.Join();
        Client.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Scheduler.Dispose();
        _batch.Dispose();
        _model.Dispose();
        _ops.Dispose();
        _folder.Dispose();
        _stop.Dispose();
        Assert.Null(Failure);
    }
}
