using MolEngine.Hub.Cache;

namespace MolEngine.Hub;

/// <summary>
/// Where models and data sets that are named instead of pathed lie: the one place that makes paths of names. A path
/// that exists is never brought here.
/// </summary>
/// <param name="cache">Where they are looked for.</param>
public sealed class HubInputs(HubCache cache)
{
    /// <summary>Files of a data set taken as a whole that are about it and not of it.</summary>
    private static readonly string[] Papers =
        ["README.md", "LICENSE*", "*/README.md", ".*", "*/.*", "dataset_infos.json", "*.py"];

    /// <summary>The inputs in the cache of the process's environment.</summary>
    public static HubInputs OfEnvironment() => new(new HubCache(HubEnvironment.Read().Cache));

    /// <summary>
    /// Where something lies that is named by an address (<c>hf://...</c>), by a path in a snapshot of a cache that is
    /// no longer there, or, if that is allowed, by its id. Null where the text is none of them.
    /// </summary>
    /// <param name="idsOf">The kind of repository that an id alone means; null where it means nothing.</param>
    /// <exception cref="UserException">An address is wrong, or a revision is ambiguous.</exception>
    public HubFinding? Find(string given, RepoKind? idsOf)
    {
        RepoPath? path = RepoPath.Parse(given) ?? RepoPath.OfSnapshot(given)
            ?? (idsOf is { } kind && RepoName.Parse(given) is { } repo && repo.Kind == kind
                ? new RepoPath(repo, "") : null);
        if (path is null)
            return null;
        bool isAddress = given.StartsWith(RepoPath.Scheme, StringComparison.Ordinal);
        RepoPath? ofWord = isAddress ? path.OfOneWord : null;
        if (ofWord is not null && !Has(path) && Has(ofWord))
            path = ofWord;
        Snapshot? snapshot = cache.Find(path.Repo);
        IReadOnlyList<string> found = snapshot is null ? [] : Paths(snapshot, path);
        return new HubFinding(found, found.Count > 0 ? "" : Missing(path, snapshot, ofWord));
    }

    private bool Has(RepoPath path) => cache.Find(path.Repo) is not null || cache.Revisions(path.Repo).Count > 0;

    private static IReadOnlyList<string> Paths(Snapshot snapshot, RepoPath path)
    {
        if (path.Path.Length == 0 && path.Repo.Kind == RepoKind.Model)
            return [snapshot.Folder];
        string place = Path.Combine([snapshot.Folder, .. path.Path.Split('/')]);
        if (path.Path.Length > 0 && (Snapshot.IsThere(place) || Directory.Exists(place)))
            return [place];
        Func<string, bool> isPaper = f => Papers.Any(p => Glob.OfDownloads(p)(f));
        Func<string, bool> wanted = path.Path.Length == 0 ? f => !isPaper(f) : Glob.OfPaths(path.Path);
        return [.. snapshot.Files().Where(wanted).Select(f => Path.Combine([snapshot.Folder, .. f.Split('/')]))];
    }

    /// <param name="ofWord">What the same address may name too.</param>
    private string Missing(RepoPath path, Snapshot? snapshot, RepoPath? ofWord)
    {
        string command = Download(path);
        if (snapshot is not null)
            return $"no {path.Path} in {snapshot.Label} as the Hugging Face cache has it. Download it: {command}";
        IReadOnlyList<string> others = cache.Revisions(path.Repo);
        string there = others.Count == 0 ? "" : $", which has {string.Join(", ", others.Take(5))} of it";
        string or = ofWord is not null && Path.HasExtension(path.Repo.Id)
            ? $", or, where {ofWord.Repo} is the whole id: {Download(ofWord)}"
            : "";
        return $"no {path.Repo} in the Hugging Face cache ({cache.Root}){there}. Download it: {command}{or}";
    }

    private static string Download(RepoPath path)
    {
        string include = path.Path.Length == 0 ? ""
            : $" --include \"{path.Path}{(Glob.IsPattern(path.Path) || Path.HasExtension(path.Path) ? "" : "/")}\"";
        return ProgramCommand.With($"download {path.Repo}{include}");
    }
}
