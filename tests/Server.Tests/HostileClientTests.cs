using System.Text.Json.Nodes;

namespace MolEngine.Server.Tests;

/// <summary>Clients that read slowly, leave, or send what is no request: nobody else's is lost.</summary>
public sealed class HostileClientTests(HostileClientTests.NarrowServer server)
    : IClassFixture<HostileClientTests.NarrowServer>
{
    /// <summary>Two answers at a time, and two that wait.</summary>
    public sealed class NarrowServer() : TestServer(
        ModelFolder.Scripted(), new ServerSettings { Queue = 2 }, rows: 2, tokens: 16_384, longest: 4096);

    private const string Endless = """
        {"model": "tiny", "prompt": "L", "max_tokens": 4096, "temperature": 0, "stream": true}
        """;

    [Fact]
    public async Task Who_reads_nothing_holds_nobody_up()
    {
        using var slow = new RawClient(server.Address);
        slow.Post("/v1/completions", Endless.Replace("4096", "1000").Replace("}", ", \"logprobs\": 20}"));
        await Whole();
        await Quiet();
        string read = slow.ReadUntil("[DONE]");
        Assert.Equal(1000, read.Split("\"text\":\"la \"").Length - 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_leaves_is_answered_no_longer(bool half)
    {
        double before = await server.Metric("molengine_generated_tokens_total");
        var client = new RawClient(server.Address);
        client.Post("/v1/completions", Endless);
        client.ReadUntil("la ");
        if (half)
            client.HalfClose();
        else
            client.Dispose();
        await Quiet();
        client.Dispose();
        Assert.True(await server.Metric("molengine_generated_tokens_total") < before + 4096);
        await Whole();
    }

    [Fact]
    public async Task The_queue_has_an_end_and_who_leaves_it_makes_room()
    {
        RawClient[] clients = [.. Enumerable.Range(0, 4).Select(_ => new RawClient(server.Address))];
        for (int i = 0; i < 4; i++)
        {
            clients[i].Post("/v1/completions", Endless);
            (int, int) open = (Math.Min(i + 1, 2), Math.Max(i - 1, 0));
            await TestServer.Until(
                () => (server.Scheduler.Running, server.Scheduler.Waiting) == open, $"{i + 1} requests are there");
        }

        using var fifth = new RawClient(server.Address);
        fifth.Post("/v1/completions", Endless);
        string refused = fifth.ReadUntil("queue_full");
        Assert.StartsWith("HTTP/1.1 429", refused);
        Assert.Contains("Retry-After: 1", refused);
        Array.ForEach(clients[2..], c => c.Dispose());
        await TestServer.Until(() => server.Scheduler.Waiting == 0, "the queue is empty");
        Assert.Equal(2, server.Scheduler.Running);
        Array.ForEach(clients[..2], c => c.Dispose());
        await Quiet();
        await Whole();
    }

    [Fact]
    public async Task What_is_no_request_is_refused_and_forgotten()
    {
        byte[] junk = new byte[4096];
        new Random(3).NextBytes(junk);
        string flood = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n"));
        string[] requests =
        [
            $"GET / HTTP/1.1\r\nHost: localhost\r\n{flood}\r\n",
            $"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('a', 20_000)}\r\n\r\n",
            $"GET /{new string('a', 5000)} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
            "GET / HTTP/1.1\r\n\r\n", "\0\0\0\0\r\n\r\n",
        ];
        string[] expected = ["431", "431", "414", "413", "400", "400", "400", "400", "400"];
        for (int i = 0; i < requests.Length; i++)
        {
            using var client = new RawClient(server.Address);
            client.Send(requests[i]);
            string answer = client.ReadToEnd();
            Assert.True(answer.StartsWith($"HTTP/1.1 {expected[i]}"), $"{i}: {answer}");
            Assert.DoesNotContain("   at ", answer);
        }

        using (var client = new RawClient(server.Address))
        {
            client.Send(junk);
            client.HalfClose();
            client.ReadToEnd();
        }

        await Whole();
    }

    [Fact]
    public void Requests_in_a_row_are_answered_in_a_row()
    {
        using var client = new RawClient(server.Address);
        string health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
        const string Body = """{"model": "tiny", "prompt": "S", "temperature": 0}""";
        client.Send(
            health + $"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"
            + health.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
        string read = client.ReadToEnd();
        Assert.Equal(3, read.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.True(read.IndexOf("ok") < read.IndexOf("one two STOP three"));
        Assert.True(read.IndexOf("one two STOP three") < read.LastIndexOf("ok"));
    }

    [Fact]
    public async Task Connections_that_say_nothing_keep_nobody_out()
    {
        RawClient[] idle = [.. Enumerable.Range(0, 300).Select(_ => new RawClient(server.Address))];
        foreach (RawClient client in idle[..100])
            client.Send("POST /v1/completions HTTP/1.1\r\nHost: loc");
        await Whole();
        Array.ForEach(idle, c => c.Dispose());
    }

    [Fact]
    public async Task Long_prompts_keep_nobody_out()
    {
        string body = $$"""{"model": "tiny", "prompt": "{{new string('a', 1 << 20)}}"}""";
        Task<(System.Net.HttpStatusCode, JsonNode)>[] longs =
            [.. Enumerable.Range(0, 4).Select(_ => server.Post("/v1/completions", body))];
        await Whole();
        Assert.All(await Task.WhenAll(longs), r => Assert.Equal(System.Net.HttpStatusCode.BadRequest, r.Item1));
    }

    /// <summary>An honest client's answer, whole.</summary>
    private async Task Whole()
    {
        JsonNode answer = await server.Ok(
            "/v1/completions", """{"model": "tiny", "prompt": "S", "temperature": 0}""");
        Assert.Equal("one two STOP three", (string)answer["choices"]![0]!["text"]!);
    }

    private Task Quiet() => TestServer.Until(
        () => server.Scheduler is { Running: 0, Waiting: 0 }, "no request is left");
}
