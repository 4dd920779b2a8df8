namespace MolEngine.Hub.Cache;

/// <summary>
/// Hugging Face's cache of snapshots, as huggingface_hub lays it out: <c>models--ORG--NAME</c> with <c>blobs/ETAG</c>,
/// <c>snapshots/COMMIT/FILE</c>, links to them, and <c>refs/REVISION</c>, which hold a commit; <c>.locks</c> beside it.
/// </summary>
/// <param name="root">Absolute; it need not be there.</param>
public sealed class HubCache(string root)
{
    /// <summary>Digits of a commit that are enough to look for it.</summary>
    private const int FewestDigits = 4;

    public string Root => root;

    /// <summary>
    /// The snapshot of a name, whole or not; null where the revision is not there, or nothing of the repository is.
    /// </summary>
    /// <exception cref="UserException">The revision is the beginning of several commits.</exception>
    public Snapshot? Find(RepoName name)
    {
        string? commit = CommitOf(name);
        return commit is not null && Directory.Exists(SnapshotFolder(name, commit))
            ? new Snapshot(name, commit, SnapshotFolder(name, commit))
            : null;
    }

    /// <summary>Revisions of a repository that are there, as they would be typed.</summary>
    public IReadOnlyList<string> Revisions(RepoName name)
    {
        string refs = Path.Combine(RepoFolder(name), "refs");
        string[] named = Directory.Exists(refs)
            ? [.. Directory.EnumerateFiles(refs, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(refs, f).Replace('\\', '/')).Where(RepoName.IsRevision)]
            : [];
        HashSet<string?> reached = [.. named.Select(r => CommitOf(name with { Revision = r }))];
        return
        [
            .. named.Order(StringComparer.Ordinal),
            .. Commits(name).Where(c => !reached.Contains(c)).Select(c => c[..RepoName.ShortCommit]),
        ];
    }

    internal string RepoFolder(RepoName name) => Path.Combine(root, name.Folder);

    internal string SnapshotFolder(RepoName name, string commit) =>
        Path.Combine(RepoFolder(name), "snapshots", commit);

    /// <summary>Where the bytes of a file lie.</summary>
    internal string Blob(RepoName name, string etag) => Path.Combine(RepoFolder(name), "blobs", etag);

    /// <summary>The file whose lock is taken by who fetches a blob.</summary>
    internal string Lock(RepoName name, string etag) => Path.Combine(root, ".locks", name.Folder, $"{etag}.lock");

    /// <summary>The file that tells a revision's commit.</summary>
    internal string Ref(RepoName name) => Path.Combine(
        [RepoFolder(name), "refs", .. name.RevisionOrMain.Split('/')]);

    private string? CommitOf(RepoName name)
    {
        string revision = name.RevisionOrMain, file = Ref(name);
        if (File.Exists(file) && File.ReadAllText(file).Trim() is var commit && RepoName.IsCommit(commit))
            return commit;
        if (revision.Length < FewestDigits || !revision.All(char.IsAsciiHexDigitLower))
            return null;
        string[] found = [.. Commits(name).Where(c => c.StartsWith(revision, StringComparison.Ordinal))];
        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw new UserException(
                $"{name}: expected a revision, got the beginning of {found.Length} commits: "
                + $"{string.Join(", ", found)}. Give more digits");
    }

    private IEnumerable<string> Commits(RepoName name)
    {
        string snapshots = Path.Combine(RepoFolder(name), "snapshots");
        return Directory.Exists(snapshots)
            ? Directory.EnumerateDirectories(snapshots).Select(d => Path.GetFileName(d)).Where(RepoName.IsCommit)
                .Order(StringComparer.Ordinal)
            : [];
    }
}
