using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MolEngine.Support;

/// <summary>
/// A Hub of one repository on this machine, with its large files on "another host" (the same port of another name). A
/// test changes single answers by <see cref="Change"/>.
/// </summary>
public sealed class FakeHub : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<FakeRequest> _requests = [];
    private readonly Dictionary<string, (byte[] Bytes, bool IsLarge)> _files = [];

    public FakeHub()
    {
        _listener.Start();
        _ = Task.Run(Accept);
    }

    /// <summary>The only commit.</summary>
    public string Commit { get; } = "0123456789abcdef0123456789abcdef01234567";

    /// <summary>Id of the repository, and its kind in the interface.</summary>
    public string Id { get; init; } = "Org/Name";

    public string Kind { get; init; } = "models";

    public string Endpoint => $"http://127.0.0.1:{Port}";

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What is answered in place of the usual answer, which is given; null leaves it.</summary>
    public Func<FakeRequest, FakeReply, FakeReply?>? Change { get; set; }

    /// <summary>Requests so far, in the order in which they came.</summary>
    public IReadOnlyList<FakeRequest> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    public FakeHub Add(string path, string text) => Add(path, Encoding.UTF8.GetBytes(text), isLarge: false);

    public FakeHub Add(string path, byte[] bytes, bool isLarge = true)
    {
        _files[path] = (bytes, isLarge);
        return this;
    }

    /// <summary>Bytes that look like none.</summary>
    public static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>The name of a file's blob.</summary>
    public string Etag(string path) => _files[path] is var (bytes, isLarge) && isLarge
        ? Convert.ToHexStringLower(SHA256.HashData(bytes))
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = Task.Run(async () =>
            {
                using (client)
                    await Serve(client.GetStream());
            });
        }
    }

    private async Task Serve(NetworkStream stream)
    {
        try
        {
            using var reader = new StreamReader(stream, Encoding.ASCII, false, 1024, leaveOpen: true);
            string[] first = (await reader.ReadLineAsync(_stop.Token))!.Split(' ');
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
                headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
            // A proxy is asked with the whole address.
            string path = first[1].StartsWith('/') ? first[1] : new Uri(first[1]).PathAndQuery;
            FakeRequest request = new(first[0], Uri.UnescapeDataString(path), path, headers);
            lock (_requests)
                _requests.Add(request);
            FakeReply usual = Usual(request);
            await (Change?.Invoke(request, usual) ?? usual).Write(stream, request.Method == "HEAD", _stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or NullReferenceException)
        {
            // The client went away, or the test is over.
        }
    }

    private FakeReply Usual(FakeRequest request)
    {
        string[] api = [$"/api/{Kind}/{Id}/revision/main", $"/api/{Kind}/{Id}/revision/{Commit}", $"/api/{Kind}/{Id}"];
        if (api.Contains(request.Path))
        {
            var siblings = _files.Keys.Select(f => new { rfilename = f });
            return FakeReply.Of(200, JsonSerializer.Serialize(new { id = Id, sha = Commit, siblings }));
        }

        if (request.Path == $"/api/{Kind}/{Id}/refs")
            return FakeReply.Of(200, """{"branches": [{"name": "main"}], "tags": [{"name": "v1.0"}]}""");
        string resolve = $"/{(Kind == "datasets" ? "datasets/" : "")}{Id}/resolve/{Commit}/";
        if (request.Path.StartsWith(resolve, StringComparison.Ordinal)
            && _files.TryGetValue(request.Path[resolve.Length..], out (byte[] Bytes, bool IsLarge) file))
        {
            return File(request, request.Path[resolve.Length..], file.Bytes, file.IsLarge);
        }

        return request.Path.StartsWith("/cdn/", StringComparison.Ordinal)
            ? Bytes(request, _files[request.Path["/cdn/".Length..]].Bytes, "\"cdn\"")
            : FakeReply.Of(404, """{"error": "not found"}""");
    }

    private FakeReply File(FakeRequest request, string path, byte[] bytes, bool isLarge)
    {
        if (!isLarge)
            return Bytes(request, bytes, $"\"{Etag(path)}\"").With("X-Repo-Commit", Commit);
        string cdn = $"http://localhost:{Port}/cdn/{Uri.EscapeDataString(path)}";
        return FakeReply.Of(302, "moved").With("Location", cdn).With("X-Repo-Commit", Commit)
            .With("X-Linked-Etag", $"\"{Etag(path)}\"")
            .With("X-Linked-Size", bytes.Length.ToString(CultureInfo.InvariantCulture));
    }

    private static FakeReply Bytes(FakeRequest request, byte[] bytes, string etag)
    {
        if (request.From is not { } from || request.Headers.TryGetValue("If-Range", out string? of) && of != etag)
            return FakeReply.Of(200, bytes).With("ETag", etag);
        return from >= bytes.Length
            ? FakeReply.Of(416, "").With("Content-Range", $"bytes */{bytes.Length}")
            : FakeReply.Of(206, bytes[from..]).With("ETag", etag)
                .With("Content-Range", $"bytes {from}-{bytes.Length - 1}/{bytes.Length}");
    }
}
