using MolEngine.Hub.Cache;
using MolEngine.Hub.Downloads;
using MolEngine.Hub.Http;
using MolEngine.Support;

namespace MolEngine.Hub.Tests;

/// <summary>A Hub with a small model, and a cache to download it to.</summary>
internal sealed class HubCase : IDisposable
{
    public const string Weights = "model.safetensors", Config = "config.json";

    /// <summary>Few failures, and short pauses after them.</summary>
    public static readonly Patience Usual = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(1),
        Failures = 4,
        LongestAsked = TimeSpan.FromSeconds(5),
    };

    /// <summary>The same with waits that a test can sit through; a machine that stands still looks like the server.
    /// </summary>
    public static readonly Patience Short = Usual with
    {
        Stall = TimeSpan.FromMilliseconds(300),
        Answer = TimeSpan.FromMilliseconds(300),
        Failures = 20,
    };

    private readonly TempFolder _folder = new();

    public HubCase(FakeHub? hub = null)
    {
        Hub = hub ?? new FakeHub();
        _ = Hub.Add(Config, """{"model_type": "qwen3"}""").Add(Weights, FakeHub.Bytes(300_000, 1));
        Variables["HF_ENDPOINT"] = Hub.Endpoint;
        Variables["HF_HUB_CACHE"] = Root;
    }

    public FakeHub Hub { get; }

    public string Root => Path.Combine(_folder.Root, "hub");

    public Dictionary<string, string> Variables { get; } = new() { ["HF_HOME"] = "/nowhere" };

    public List<string> Notes { get; } = [];

    /// <summary>The last that was told of done and all bytes.</summary>
    public (long Done, long All) Progress { get; private set; }

    public Patience Patience { get; set; } = Usual;

    public long? Free { get; set; } = long.MaxValue;

    public HubEnvironment Environment => HubEnvironment.Read(Variables.GetValueOrDefault);

    public HubCache Cache => new(Root);

    public string Blob(string file) => Path.Combine(Repo, "blobs", Hub.Etag(file));

    public string Repo => Path.Combine(Root, $"{Hub.Kind}--{Hub.Id.Replace("/", "--")}");

    public string InSnapshot(string file) => Path.Combine(Repo, "snapshots", Hub.Commit, file);

    public DownloadResult Download(string? name = null, params string[] include) =>
        Download(CancellationToken.None, name, include);

    public DownloadResult Download(CancellationToken cancel, string? name = null, params string[] include)
    {
        string usual = (Hub.Kind == "datasets" ? "datasets/" : "") + Hub.Id;
        return new SnapshotDownload(
            Environment,
            (done, all) => Progress = (done, all),
            note =>
            {
                lock (Notes)
                    Notes.Add(note);
            })
        {
            Patience = Patience,
            FreeAt = _ => Free,
        }.Run(RepoName.Parse(name ?? usual)!, include, cancel);
    }

    /// <summary>Every file of the cache but locks, with slashes, sorted.</summary>
    public string[] Files() => Directory.Exists(Root)
        ? [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Where(f => !f.StartsWith(".locks/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];

    public int Gets(string file) => Hub.Requests.Count(r => r.IsOfBytes(file) && r.Path.Contains("/cdn/"));

    public void Dispose()
    {
        Hub.Dispose();
        _folder.Dispose();
    }
}
