using MolEngine.Hub.Cache;
using MolEngine.Hub.Downloads;
using MolEngine.Hub.Http;
using MolEngine.Support;

namespace MolEngine.Hub.Tests;

/// <summary>A Hub with a small model, and a cache to download it to.</summary>
internal sealed class HubCase : IDisposable
{
    public const string Weights = "model.safetensors", Config = "config.json";

    /// <summary>Short waits, and few of them.</summary>
    private static readonly Patience Short = new()
    {
        Stall = TimeSpan.FromMilliseconds(250),
        Answer = TimeSpan.FromMilliseconds(1000),
        Failures = 4,
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestAsked = TimeSpan.FromSeconds(5),
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
            Patience = Short,
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
