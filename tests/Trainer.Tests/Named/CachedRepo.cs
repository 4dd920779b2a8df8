namespace MolEngine.Trainer.Tests.Named;

/// <summary>A repository of a name of its own in the tests' Hugging Face cache, its files links to blobs.</summary>
internal sealed class CachedRepo : IDisposable
{
    public const string Commit = "89abcdef0123456789abcdef0123456789abcdef";

    private readonly string _kind;

    public CachedRepo(string kind = "models")
    {
        _kind = kind;
        _ = Directory.CreateDirectory(Folder);
        _ = Directory.CreateDirectory(Path.Combine(Root, "blobs"));
        _ = Directory.CreateDirectory(Path.Combine(Root, "refs"));
        File.WriteAllText(Path.Combine(Root, "refs", "main"), Commit);
    }

    public string Id { get; } = $"Tests/{Guid.NewGuid():N}";

    public string Root => Path.Combine(TestEnvironment.HubCache, $"{_kind}--{Id.Replace("/", "--")}");

    /// <summary>The folder of the snapshot.</summary>
    public string Folder => Path.Combine(Root, "snapshots", Commit);

    /// <summary>A repository with the files of a folder.</summary>
    public static CachedRepo Of(string folder)
    {
        var repo = new CachedRepo();
        foreach (string file in Directory.GetFiles(folder))
            repo.Add(Path.GetFileName(file), File.ReadAllBytes(file));
        return repo;
    }

    public void Add(string name, byte[] bytes)
    {
        string blob = Path.Combine(Root, "blobs", $"{Guid.NewGuid():N}"), path = Path.Combine(Folder, name);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(OperatingSystem.IsWindows() ? path : blob, bytes);
        if (!OperatingSystem.IsWindows())
            _ = File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, blob));
    }

    public void Remove(string name) => File.Delete(Path.Combine(Folder, name));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
