using System.Net;
using System.Text.Json.Nodes;
using MolEngine.Server.Live;

namespace MolEngine.Server.Tests;

/// <summary>A page that follows what it shows.</summary>
public sealed class LiveServerTests : IAsyncDisposable
{
    private readonly Shown _shown = new();
    private readonly LiveServer _server;
    private readonly HttpClient _client;

    public LiveServerTests()
    {
        _server = new LiveServer(_shown, new ServerSettings { Port = 0 }, _ => { });
        _server.Start().GetAwaiter().GetResult();
        _client = new HttpClient { BaseAddress = _server.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("127.0.0.1:PORT", null, 200)]
    [InlineData("localhost", null, 200)]
    [InlineData("rebound.example:PORT", null, 403)]
    [InlineData("127.0.0.1:PORT", "http://evil.example", 403)]
    public async Task Only_its_own_names_and_pages_are_answered(string host, string? origin, int status)
    {
        foreach (string path in (string[])["/", "/events"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Host", host.Replace("PORT", $"{_server.Address.Port}"));
            if (origin is not null)
                request.Headers.TryAddWithoutValidation("Origin", origin);
            using HttpResponseMessage response =
                await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(status, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task The_page_runs_its_own_script_alone_and_has_all_that_is_there()
    {
        _shown.Set(LiveState.Running, "on & on", ("a", "<p>one</p>"), ("b", ""));
        using HttpResponseMessage response = await _client.GetAsync("/");
        string policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Matches("script-src 'sha256-[A-Za-z0-9+/]{43}='", policy);
        Assert.DoesNotContain("unsafe", policy);
        string html = await response.Content.ReadAsStringAsync();
        Assert.Contains("<body data-state=\"running\">", html);
        Assert.Contains("on &amp; on", html);
        Assert.Contains("<div data-part=\"a\"><p>one</p></div>\n<div data-part=\"b\"></div>", html);
        Assert.DoesNotContain("innerHTML", html);
        Assert.DoesNotMatch("\\son[a-z]+=|\\sstyle=|<!--(title|status|parts|footer)|/\\*style", html);
        using HttpResponseMessage other = await _client.GetAsync("/report");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        using HttpResponseMessage post = await _client.PostAsync("/", new StringContent("x"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using HttpResponseMessage head = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/events"));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    /// <summary>A client is sent all once, then what changes alone, and after the end nothing.</summary>
    [Fact]
    public async Task Events_tell_what_changed_until_the_end()
    {
        _shown.Set(LiveState.Running, "one", ("a", "<p>1</p>"), ("b", "<p>2</p>"));
        using Stream stream = await _client.GetStreamAsync("/events");
        using var reader = new StreamReader(stream);
        Assert.Equal(["part a <p>1</p>", "part b <p>2</p>", "state running one"], await Next(3));
        _shown.Set(LiveState.Running, "two", ("a", "<p>1</p>"), ("b", "<p>3</p>"));
        Assert.Equal(["part b <p>3</p>", "state running two"], await Next(2));
        _shown.Fail("gone wrong");
        Assert.Equal(["state gone gone wrong"], await Next(1));
        _shown.Set(LiveState.Ended, "done", ("a", "<p>1</p>"), ("b", "<p>3</p>"));
        Assert.Equal(["state ended done", "end"], await Next(2));
        Assert.Equal("", (await reader.ReadToEndAsync()).Trim());

        async Task<List<string>> Next(int count)
        {
            var events = new List<string>();
            while (events.Count < count)
            {
                string line = (await reader.ReadLineAsync())!;
                if (!line.StartsWith("data: ", StringComparison.Ordinal))
                    continue;
                JsonNode e = JsonNode.Parse(line["data: ".Length..])!;
                string[] fields = ["kind", "name", "html", "state", "status"];
                events.Add(string.Join(' ', fields.Select(n => (string?)e[n]).OfType<string>()));
            }

            return events;
        }
    }

    /// <summary>What was written before the server stops is seen.</summary>
    [Fact]
    public async Task A_server_that_stops_sends_the_last_and_lets_its_clients_go()
    {
        _shown.Set(LiveState.Running, "one");
        using Stream stream = await _client.GetStreamAsync("/events");
        using var reader = new StreamReader(stream);
        await reader.ReadLineAsync();
        _shown.Set(LiveState.Ended, "done");
        await _server.DisposeAsync();
        string rest = await reader.ReadToEndAsync();
        Assert.Contains("\"status\":\"done\"", rest);
        Assert.Contains("{\"kind\":\"end\"}", rest);
    }

    [Fact]
    public async Task A_port_in_use_is_said()
    {
        await using var second = new LiveServer(
            _shown, new ServerSettings { Port = _server.Address.Port }, _ => { });
        UserException e = await Assert.ThrowsAsync<UserException>(second.Start);
        Assert.Equal(
            $"--port: {_server.Address.Port}: expected a free port, got one in use. Name another with --port",
            e.Message);
    }

    [Fact]
    public async Task The_page_changes_what_changed_and_keeps_what_the_reader_did()
    {
        string filler = string.Concat(Enumerable.Range(0, 80).Select(i => $"<p>line {i}</p>"));
        _shown.Set(
            LiveState.Running, "step 1",
            ("a", $"<section id=\"s\"><p id=\"n\">1</p><details><summary>more</summary>{filler}</details></section>"),
            ("b", "<div class=\"scroll\"><p>kept</p></div>"));
        await using Browser page = await Browser.Open(_server.Address);
        await page.Show(390, 844, dark: false);
        await page.Until("document.body.dataset.seen >= 3");
        await page.Evaluate("""
            document.querySelector("details").open = true; scrollTo(0, 700);
            window.kept = [document.querySelector("#n"), document.querySelector(".scroll p")]; 0
            """);
        _shown.Set(
            LiveState.Running, "step 2",
            ("a", $"<section id=\"s\"><p id=\"n\">2</p><details><summary>more!</summary>{filler}</details></section>"),
            ("b", "<div class=\"scroll\"><p>kept</p></div>"), ("c", "<p id=\"c\">new</p>"));
        await page.Until("document.getElementById('c')?.textContent === 'new'");
        Assert.Equal(
            """["2",true,true,true,700,"step 2","running","more!"]""",
            (await page.Evaluate("""
                [document.querySelector("#n").textContent, document.querySelector("details").open,
                 kept[0] === document.querySelector("#n"), kept[1] === document.querySelector(".scroll p"),
                 Math.round(scrollY), document.getElementById("status").textContent, document.body.dataset.state,
                 document.querySelector("summary").textContent]
                """))!.ToJsonString());
        Assert.True((bool)(await page.Evaluate("document.documentElement.scrollWidth <= innerWidth"))!);

        // A lost connection is shown; the same server at the same port is found again.
        int port = _server.Address.Port;
        await _server.DisposeAsync();
        await page.Until("!document.getElementById('lost').hidden && 'lost' in document.body.dataset");
        _shown.Set(LiveState.Ended, "all done", ("a", "<p id=\"n\">3</p>"), ("b", ""), ("c", ""));
        await using var again = new LiveServer(_shown, new ServerSettings { Port = port }, _ => { });
        await again.Start();
        await page.Until("document.body.dataset.state === 'ended'");
        Assert.Equal(
            """["3",true,"all done"]""",
            (await page.Evaluate("""
                [document.querySelector("#n").textContent, document.getElementById("lost").hidden,
                 document.getElementById("status").textContent]
                """))!.ToJsonString());
        int asked = _shown.Asked;
        await Task.Delay(2500);
        Assert.Equal(asked, _shown.Asked);
    }

    private sealed class Shown : ILiveSource
    {
        private volatile Func<LiveView> _view = () => new LiveView("t", LiveState.Waiting, "", []);
        private int _asked;

        public string Style => "main { display: block; }";

        public string Footer => "foot";

        public int Asked => _asked;

        public void Set(LiveState state, string status, params (string Name, string Html)[] parts)
        {
            var view = new LiveView("t", state, status, [.. parts.Select(p => new LivePart(p.Name, p.Html))]);
            _view = () => view;
        }

        public void Fail(string message) => _view = () => throw new UserException(message);

        public LiveView Read()
        {
            Interlocked.Increment(ref _asked);
            return _view();
        }
    }
}
