using System.Collections.Concurrent;
using MolEngine.Hub.Downloads;
using MolEngine.Support;

namespace MolEngine.Hub.Tests;

/// <summary>Servers that break off, stall, lie, refuse, or are none.</summary>
public sealed class BrokenServerTests : IDisposable
{
    private const int Part = 100_000;

    private readonly HubCase _case = new();

    private FakeHub Hub => _case.Hub;

    public void Dispose() => _case.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_breaks_off_or_stalls_goes_on_where_it_ended(bool stalls)
    {
        if (stalls)
            _case.Patience = HubCase.Short;
        int answers = 0;
        OfWeights(usual => answers++ < 2 ? usual with { Sent = Part, Stalls = stalls } : usual);
        Assert.Equal(300_023, _case.Download().Fetched);
        AssertWhole();
        Assert.Equal([null, Part, 2 * Part], Froms().Distinct());
        Assert.True(_case.Notes.Count(n => n.Contains(
            stalls ? "model.safetensors: nothing came for 0.3 s" : "model.safetensors: the connection broke")) >= 2);
    }

    [Fact]
    public void What_is_cancelled_leaves_a_part_that_the_next_download_goes_on_with()
    {
        OfWeights(usual => usual with { Sent = Part, Stalls = true });
        using var cancel = new CancellationTokenSource();
        Task<DownloadResult> download = Task.Run(() => _case.Download(cancel.Token));
        string part = _case.Blob(HubCase.Weights) + ".incomplete";
        SpinWait.SpinUntil(() => File.Exists(part) && new FileInfo(part).Length == Part, 10_000);
        cancel.Cancel();
        _ = Assert.ThrowsAny<OperationCanceledException>(() => download.GetAwaiter().GetResult());
        Assert.Equal(Part, new FileInfo(part).Length);
        Assert.DoesNotContain(_case.Files(), f => f.Contains("refs/") || f.EndsWith("model.safetensors"));
        Hub.Change = null;
        int before = Hub.Requests.Count;
        Assert.True(_case.Download().Fetched is 300_000 - Part or 300_023 - Part);
        AssertWhole();
        Assert.Contains(Hub.Requests.Skip(before), r => r.From == Part);
    }

    [Fact]
    public void A_part_that_is_wrong_is_found_by_the_checksum_and_thrown_away()
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(_case.Blob(HubCase.Weights))!);
        File.WriteAllBytes(_case.Blob(HubCase.Weights) + ".incomplete", new byte[Part]);
        _ = _case.Download();
        AssertWhole();
        Assert.Equal([Part, null], Froms());
        Assert.Contains(_case.Notes, n => n.Contains("its checksum is wrong"));
    }

    [Fact]
    public void A_wrong_checksum_twice_ends_it_and_leaves_nothing()
    {
        OfWeights(usual => usual with { Body = new byte[usual.Body.Length] });
        string said = Assert.Throws<RunFailedException>(() => _case.Download()).Message;
        Assert.Contains($"model.safetensors: checksum: expected {Hub.Etag(HubCase.Weights)}, got ", said);
        Assert.DoesNotContain(_case.Files(), f => f.Contains(Hub.Etag(HubCase.Weights)));
    }

    [Fact]
    public void A_wrong_small_file_is_found_too()
    {
        Hub.Change = (request, usual) => request.IsOfBytes(HubCase.Config)
            ? usual with { Body = "{\"model_type\": \"qwen2\"}"u8.ToArray() } : null;
        Assert.Contains("config.json: checksum", Assert.Throws<RunFailedException>(() => _case.Download()).Message);
    }

    [Theory]
    [InlineData("\"other\"", 206)]
    [InlineData("\"other\"", 200)]
    public void A_file_that_changes_between_two_parts_is_begun_again(string etag, int status)
    {
        byte[] bytes = FakeHub.Bytes(300_000, 1);
        int answers = 0;
        OfWeights(usual => answers++ switch
        {
            0 => FakeReply.Of(200, new byte[300_000]).With("ETag", "\"old\"") with { Sent = Part },
            1 when status == 206 => FakeReply.Of(206, bytes[Part..]).With("ETag", etag)
                .With("Content-Range", $"bytes {Part}-299999/300000"),
            _ => FakeReply.Of(200, bytes).With("ETag", etag),
        });
        _ = _case.Download();
        AssertWhole();
        FakeRequest second = Bodies().ElementAt(1);
        Assert.Equal((Part, "\"old\""), (second.From, second.Headers["If-Range"]));
    }

    [Fact]
    public void Other_bytes_than_those_asked_for_are_thrown_away()
    {
        int answers = 0;
        OfWeights(usual => answers++ switch
        {
            0 => usual with { Sent = Part },
            1 => usual.With("Content-Range", "bytes 5-299999/300000"),
            _ => usual,
        });
        _ = _case.Download();
        AssertWhole();
        Assert.Contains(_case.Notes, n => n.Contains("sends other bytes than those from 100,000 bytes on"));
    }

    [Theory]
    [InlineData("200000", "says 200,000 bytes and sends 300,000")]
    [InlineData("400000", "says 400,000 bytes and sends 300,000")]
    public void A_length_that_is_not_the_files_ends_it(string said, string expected)
    {
        Hub.Change = (request, usual) =>
            usual.Headers.ContainsKey("X-Linked-Size") ? usual.With("X-Linked-Size", said) : null;
        Assert.Contains(expected, Assert.Throws<RunFailedException>(() => _case.Download()).Message);
        Assert.DoesNotContain(_case.Files(), f => f.EndsWith("model.safetensors"));
    }

    [Fact]
    public void A_body_longer_than_said_ends_it()
    {
        OfWeights(usual => usual with { Body = [.. usual.Body, 1, 2, 3], Said = -1 });
        Assert.Contains(
            "says 300,000 bytes and sends more", Assert.Throws<RunFailedException>(() => _case.Download()).Message);
    }

    [Fact]
    public void Without_any_length_the_checksum_decides()
    {
        int answers = 0;
        Hub.Change = (request, usual) => request.IsOfBytes(HubCase.Weights) && request.Host == "localhost"
            ? usual with { Said = -1, Sent = answers++ == 0 ? Part : int.MaxValue }
            : usual.With("X-Linked-Size", "");
        _ = _case.Download();
        AssertWhole();
    }

    [Theory]
    [InlineData(429, "0")]
    [InlineData(429, "")]
    [InlineData(503, "")]
    [InlineData(500, "Thu, 01 Jan 1970 00:00:00 GMT")]
    public void A_busy_server_is_asked_again(int status, string after)
    {
        var refused = new ConcurrentDictionary<string, bool>();
        Hub.Change = (request, usual) => refused.TryAdd($"{request.Method} {request.Path}", true)
            ? FakeReply.Of(status, "busy").With("Retry-After", after) : null;
        _ = _case.Download();
        AssertWhole();
        Assert.Contains(_case.Notes, n => n.Contains($"127.0.0.1 answers {status} Status; trying again in"));
    }

    [Fact]
    public void A_server_that_stays_busy_ends_it()
    {
        Hub.Change = (_, _) => FakeReply.Of(503, "busy");
        string said = Assert.Throws<RunFailedException>(() => _case.Download()).Message;
        Assert.Contains("Org/Name: 127.0.0.1 answers 503 Status; tried 4 times", said);
        Assert.Equal(4, Hub.Requests.Count);
    }

    [Fact]
    public void A_pause_that_is_asked_for_and_too_long_is_told()
    {
        Hub.Change = (_, _) => FakeReply.Of(429, "busy").With("Retry-After", "3600");
        Assert.Contains(
            "asks to come back in 1\u00a0h\u00a000\u00a0min",
            Assert.Throws<RunFailedException>(() => _case.Download()).Message);
        _ = Assert.Single(Hub.Requests);
    }

    [Fact]
    public void A_server_that_does_not_answer_is_not_waited_for_without_end()
    {
        _case.Patience = HubCase.Short with { Failures = 2 };
        Hub.Change = (_, _) => FakeReply.Of(200, "") with { Said = 5, Stalls = true };
        Assert.Contains(
            "Org/Name: nothing came for 0.3 s; tried 2 times",
            Assert.Throws<RunFailedException>(() => _case.Download()).Message);
        Hub.Change = (_, _) => FakeReply.Of(200, "") with { IsMute = true, Stalls = true };
        Assert.Contains(
            "Org/Name: 127.0.0.1 did not answer for 0.3 s; tried 2 times",
            Assert.Throws<RunFailedException>(() => _case.Download()).Message);
    }

    [Fact]
    public void A_server_that_is_not_there_is_told()
    {
        Hub.Dispose();
        Assert.Contains("no connection (", Assert.Throws<RunFailedException>(() => _case.Download()).Message);
    }

    [Fact]
    public void Redirects_without_end_are_told()
    {
        Hub.Change = (request, _) => FakeReply.Of(307, "").With("Location", "/round");
        Assert.Contains("got 10 redirects", Assert.Throws<UserException>(() => _case.Download()).Message);
        Assert.Equal(11, Hub.Requests.Count);
    }

    [Fact]
    public void A_repository_that_was_renamed_is_followed()
    {
        Hub.Change = (request, usual) => request.Path.Contains("Old/Name") && !request.Path.StartsWith("/cdn")
            ? FakeReply.Of(307, "").With("Location", request.RawPath.Replace("Old/Name", "Org/Name")) : null;
        _ = _case.Download("Old/Name");
        Assert.Contains("models--Old--Name/refs/main", _case.Files());
    }

    [Theory]
    [InlineData("<html><body>Log in</body></html>", "got text/html that begins '<html><body>Log in")]
    [InlineData("[]", "expected a JSON object")]
    [InlineData("{\"sha\": \"main\", \"siblings\": []}", "expected a commit (sha) and a list of files")]
    public void What_is_no_answer_of_a_hub_is_told(string body, string expected)
    {
        Hub.Change = (_, _) => FakeReply.Of(200, body).With("Content-Type", "text/html");
        Assert.Contains(expected, Assert.Throws<UserException>(() => _case.Download()).Message);
    }

    [Fact]
    public void An_etag_that_is_no_checksum_is_told()
    {
        Hub.Change = (request, usual) => request.Method == "HEAD" ? usual.With("ETag", "\"5f-61a\"") : null;
        Assert.Contains(
            "config.json: expected a checksum (git's SHA-1, or SHA-256) as ETag, got '\"5f-61a\"'",
            Assert.Throws<UserException>(() => _case.Download()).Message);
    }

    [Theory]
    [InlineData(401, "", false, "there is none of this name, or it is private. Check the name; if it is yours, put a")]
    [InlineData(401, "", true, "expected a token that is valid")]
    [InlineData(401, "GatedRepo", false, "got a gated model and no token. Accept its licence at ")]
    [InlineData(403, "GatedRepo", true, "got a gated model that the token's account may not read. Accept its licence")]
    [InlineData(403, "", true, "expected a token that may read this model, got \"403 Status: said so\"")]
    [InlineData(403, "", false, "expected leave to download")]
    public void A_refusal_says_what_to_do(int status, string code, bool hasToken, string expected)
    {
        if (hasToken)
            _case.Variables["HF_TOKEN"] = "hf_x";
        Hub.Change = (_, _) => FakeReply.Of(status, "no").With("X-Error-Code", code)
            .With("X-Error-Message", "said so");
        string said = Assert.Throws<UserException>(() => _case.Download()).Message;
        Assert.StartsWith("Org/Name: ", said);
        Assert.Contains(expected, said);
        Assert.Equal(code.Length > 0 || (status, hasToken) == (403, false), said.Contains($"{Hub.Endpoint}/Org/Name"));
        _ = Assert.Single(Hub.Requests);
    }

    [Theory]
    [InlineData("Org/Name@v1.1", "got v1.1, which the model does not have. Did you mean Org/Name@v1.0?")]
    [InlineData("Org/Name@else", "There are main, v1.0, and commits")]
    [InlineData("Org/Nothing", "expected a model of the Hub, got none of that name. Check the name")]
    [InlineData("datasets/Org/Name", "There is a model of that name: molengine download Org/Name")]
    public void What_is_not_there_names_the_nearest_reason(string name, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserException>(() => _case.Download(name)).Message);

    [Fact]
    public void Two_downloads_at_once_fetch_everything_once()
    {
        OfWeights(usual =>
        {
            Thread.Sleep(200);
            return usual;
        });
        Parallel.Invoke(() => _case.Download(), () => _case.Download());
        AssertWhole();
        Assert.Equal(1, _case.Gets(HubCase.Weights));
        Assert.DoesNotContain(_case.Files(), f => f.EndsWith(".incomplete") || f.EndsWith(".tmp"));
    }

    private void OfWeights(Func<FakeReply, FakeReply> change) => Hub.Change = (request, usual) =>
        request.IsOfBytes(HubCase.Weights) && request.Host == "localhost" ? change(usual) : null;

    /// <summary>Requests for the weights' bytes.</summary>
    private IEnumerable<FakeRequest> Bodies() =>
        Hub.Requests.Where(r => r.IsOfBytes(HubCase.Weights) && r.Host == "localhost");

    private int?[] Froms() => [.. Bodies().Select(r => r.From)];

    private void AssertWhole()
    {
        Assert.Equal(FakeHub.Bytes(300_000, 1), File.ReadAllBytes(_case.InSnapshot(HubCase.Weights)));
        Assert.DoesNotContain(_case.Files(), f => f.EndsWith(".incomplete"));
    }
}
