using System.Collections.Concurrent;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Hub.Cache;
using MolEngine.Hub.Http;

namespace MolEngine.Hub.Downloads;

/// <summary>
/// Fetches the files of a repository at a revision into the cache of the environment, several at a time. A large file
/// is one request: models of any size come as several files, and what an <c>.incomplete</c> file has is then always a
/// beginning, which any client can go on with.
/// </summary>
/// <param name="tell">Told bytes that were fetched, and bytes that have to be.</param>
/// <param name="note">Told what a person may want to know meanwhile: pauses, other processes.</param>
public sealed class SnapshotDownload(HubEnvironment environment, Action<long, long> tell, Action<string> note)
{
    /// <summary>Files at a time, as huggingface_hub has it.</summary>
    private const int AtOnce = 8;

    internal Patience Patience { get; init; } = Patience.Usual;

    /// <summary>Bytes that the disk below a folder has, null where nobody knows.</summary>
    internal Func<string, long?> FreeAt { get; init; } = DiskSpace.FreeAt;

    /// <summary>Fetches what is not there yet.</summary>
    /// <param name="include">Globs of the files to fetch; empty for those that are needed.</param>
    /// <exception cref="UserException">
    /// The Hub does not have it or refuses it, nothing may be downloaded, or the disk has no room.
    /// </exception>
    /// <exception cref="RunFailedException">The network or the server failed; what was fetched is kept.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was fetched is kept.</exception>
    public DownloadResult Run(RepoName name, IReadOnlyList<string> include, CancellationToken cancel)
    {
        if (environment.IsOffline)
        {
            throw new UserException(
                $"{name}: expected leave to use the network, got HF_HUB_OFFLINE. Unset it to download");
        }

        return Task.Run(() => Fetch(name, include, cancel), cancel).GetAwaiter().GetResult();
    }

    private async Task<DownloadResult> Fetch(
        RepoName name, IReadOnlyList<string> include, CancellationToken cancel)
    {
        using var http = new HubHttp(environment, Patience);
        var api = new HubApi(http, environment, Patience, note);
        (string commit, IReadOnlyList<string> all) = await api.Revision(name, cancel);
        FileChoice.RequireSafe(name, all);
        IReadOnlyList<string> files = FileChoice.Of(name, all, include);
        RepoName at = name.At(commit);
        var cache = new HubCache(environment.Cache);
        string folder = cache.SnapshotFolder(at, commit);
        string[] absent = [.. files.Where(f => !Snapshot.IsThere(Path.Combine([folder, .. f.Split('/')])))];
        IReadOnlyList<RepoFile> described = await Describe(api, at, absent, cancel);
        long missing = described.DistinctBy(f => f.Etag)
            .Sum(f => (f.Size ?? 0) - BlobDownload.Present(cache.Blob(at, f.Etag), f));
        RequireRoom(name, missing);
        var progress = new DownloadProgress(missing, tell);
        var blobs = new BlobDownload(cache, at, api, http, Patience, progress, note);
        await Each(described.OrderByDescending(f => f.Size ?? 0), (f, stop) => blobs.Run(f, stop), cancel);
        WriteRef(cache, name, commit);
        return new DownloadResult(new Snapshot(name, commit, folder), files, progress.Done);
    }

    private static async Task<IReadOnlyList<RepoFile>> Describe(
        HubApi api, RepoName at, string[] files, CancellationToken cancel)
    {
        var described = new ConcurrentBag<RepoFile>();
        await Each(files, async (f, stop) => described.Add(await api.Describe(at, f, stop)), cancel);
        return [.. described.OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    private static Task Each<T>(
        IEnumerable<T> all, Func<T, CancellationToken, Task> action, CancellationToken cancel) =>
        Parallel.ForEachAsync(
            all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (one, stop) => await action(one, stop));

    private void RequireRoom(RepoName name, long missing)
    {
        if (FreeAt(environment.Cache) is { } free && missing > free)
        {
            throw new UserException(
                $"{name}: disk: expected {ShownSize.Of(missing)} free at {environment.Cache}, got "
                + $"{ShownSize.Of(free)}. Make room, or choose another place (HF_HUB_CACHE=DIR)");
        }
    }

    /// <summary>
    /// Last: a revision does not move from a snapshot that is whole to one that is not. A commit needs none.
    /// </summary>
    private static void WriteRef(HubCache cache, RepoName name, string commit)
    {
        if (commit.StartsWith(name.RevisionOrMain, StringComparison.Ordinal))
            return;
        string file = cache.Ref(name);
        DurableFiles.Guarded(file, () => DurableFile.MakeFolder(Path.GetDirectoryName(file)!));
        DurableFiles.WriteText(file, commit);
    }
}
