using MolEngine.Basics.Files;
using MolEngine.Hub.Cache;
using MolEngine.Hub.Http;

namespace MolEngine.Hub.Downloads;

/// <summary>
/// Fetches a file into a cache: its bytes grow in <c>blobs/ETAG.incomplete</c>, from where the last process stopped,
/// and get their name when their checksum is right.
/// </summary>
/// <param name="at">The repository at a commit.</param>
internal sealed class BlobDownload(
    HubCache cache, RepoName at, HubApi api, HubHttp http, Patience patience, DownloadProgress progress,
    Action<string> note)
{
    /// <summary>Bytes of a file that need not be fetched: those of an earlier process.</summary>
    public static long Present(string blob, RepoFile file) =>
        IsWhole(blob, file) ? file.Size ?? 0
        : file.Size is { } size && LengthOf(Incomplete(blob)) is var there && there <= size ? there : 0;

    /// <summary>Puts the file into the snapshot, fetched where its blob is not there.</summary>
    /// <exception cref="UserException">The Hub refuses it, or it cannot be written.</exception>
    /// <exception cref="RunFailedException">It does not come, or what comes is not it.</exception>
    public async Task Run(RepoFile file, CancellationToken cancel)
    {
        string blob = cache.Blob(at, file.Etag);
        long present = Present(blob, file);
        using CacheLock held = await CacheLock.Take(
            cache.Lock(at, file.Etag), () => note($"{What(file)}: waiting for another process that fetches it"),
            cancel);
        bool isNew = !IsWhole(blob, file);
        if (isNew)
            await Fetch(file, blob, cancel);
        else
            progress.Add((file.Size ?? 0) - present);
        string path = Path.Combine([cache.SnapshotFolder(at, at.Revision!), .. file.Path.Split('/')]);
        CacheLink.Make(blob, path, isNew);
    }

    /// <summary>A blob under its name is whole; one of another length was damaged since.</summary>
    private static bool IsWhole(string blob, RepoFile file) =>
        Snapshot.IsThere(blob) && (file.Size is null || LengthOf(RealPath.Of(blob)) == file.Size);

    private static string Incomplete(string blob) => $"{blob}.incomplete";

    private static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private string What(RepoFile file) => $"{at.Shown}: {file.Path}";

    private async Task Fetch(RepoFile file, string blob, CancellationToken cancel)
    {
        string incomplete = Incomplete(blob);
        DurableFiles.Guarded(blob, () => DurableFile.MakeFolder(Path.GetDirectoryName(blob)!));
        for (int attempt = 1; ; attempt++)
        {
            await using (BlobWriter writer = BlobWriter.Open(incomplete))
            {
                await Fill(file, writer, cancel);
                writer.Flush();
            }

            string sum = await Checksum.Of(incomplete, file.Etag, cancel);
            if (sum == file.Etag)
                break;
            progress.Add(-LengthOf(incomplete));
            DurableFiles.Guarded(incomplete, () => File.Delete(incomplete));
            if (attempt == 2)
            {
                throw new RunFailedException(
                    $"{What(file)}: checksum: expected {file.Etag}, got {sum}, twice. What came was thrown away: it is "
                    + "not the file that the Hub describes");
            }

            note($"{What(file)}: its checksum is wrong; fetching it from its start");
        }

        DurableFiles.Guarded(blob, () =>
        {
            File.Move(incomplete, blob, overwrite: true);
            DurableFile.SyncFolder(Path.GetDirectoryName(blob)!);
        });
    }

    /// <summary>Fetches until all bytes are there, over as many answers as that takes.</summary>
    private async Task Fill(RepoFile file, BlobWriter writer, CancellationToken cancel)
    {
        // Of a file whose length is not known, nobody can say whether a part is all of it.
        if (file.Size is not { } size || writer.Length > size)
            writer.Clear();
        var body = new BodyReader(file, writer, http, progress);
        var retry = new Retry(What(file), patience, note, cancel);
        long most = writer.Length;
        _ = await retry.Run(async () =>
        {
            if (writer.Length == file.Size)
                return true;
            if (file.Size is null)
                progress.Add(-writer.Clear());
            using HttpResponseMessage response = await api.Open(at, file.Path, writer.Length, body.Version, cancel);
            try
            {
                await body.Read(response, cancel);
                return true;
            }
            finally
            {
                if (writer.Length > most)
                    retry.Progressed();
                most = Math.Max(most, writer.Length);
            }
        });
    }
}
