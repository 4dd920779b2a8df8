namespace MolEngine.Basics.Files;

/// <summary>
/// A folder of things that can be made again, a file for each, named by the hash of all that it follows from. Entries
/// are written durably; who reads one checks that it is whole. The folder is kept below a size, the entries that were
/// used longest ago go first; it may be deleted at any time.
/// </summary>
/// <param name="folder">Made when something is kept.</param>
/// <param name="extension">File extension of the entries: ".tokens".</param>
/// <param name="largest">Bytes of all entries, at most; the one written last stays in any case.</param>
public sealed class CacheFolder(string folder, string extension, long largest)
{
    /// <summary>A temporary file as old as this was left by a process that was killed.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>
    /// A folder below MOLENGINE_CACHE, else below the user's cache folder as the system has it (XDG_CACHE_HOME,
    /// ~/.cache, %LOCALAPPDATA%).
    /// </summary>
    public static string Locate(string name)
    {
        if (Environment.GetEnvironmentVariable("MOLENGINE_CACHE") is { Length: > 0 } own)
            return Path.Combine(Path.GetFullPath(own), name);
        string? root = OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(root))
            root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(Path.GetFullPath(root), "molengine", name);
    }

    /// <summary>What <paramref name="read"/> makes of an entry; null where there is none or it makes nothing.</summary>
    public T? Find<T>(string key, Func<FileStream, T?> read)
        where T : class
    {
        string path = PathOf(key);
        try
        {
            if (!File.Exists(path))
                return null;
            using var stream = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20);
            T? found = read(stream);
            if (found is not null)
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps an entry. A cache that cannot be written hinders nothing: what is wrong is given back.</summary>
    public string? Keep(string key, Action<Stream> write)
    {
        string path = PathOf(key);
        try
        {
            Directory.CreateDirectory(folder);
            DurableFile.Write(path, write);
            Prune(path, new FileInfo(path).Length);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Where an entry is that its user writes and checks itself: it counts as used, and makes others go.
    /// </summary>
    /// <param name="bytes">What it may become.</param>
    public string Place(string key, long bytes)
    {
        string path = PathOf(key);
        try
        {
            Directory.CreateDirectory(folder);
            if (File.Exists(path))
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            Prune(path, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever opens it is told.
        }

        return path;
    }

    private string PathOf(string key) => Path.Combine(folder, key + extension);

    private void Prune(string kept, long bytes)
    {
        FileInfo[] files = new DirectoryInfo(folder).GetFiles("*", new EnumerationOptions { AttributesToSkip = 0 });
        DateTime oldest = DateTime.UtcNow - Abandoned;
        foreach (FileInfo file in files.Where(f => f.Extension == ".tmp" && f.LastWriteTimeUtc < oldest))
            Remove(file);
        FileInfo[] entries = [.. files.Where(f => f.Extension == extension).OrderByDescending(f => f.LastWriteTimeUtc)];
        foreach (FileInfo entry in entries.Where(f => f.FullName != Path.GetFullPath(kept)))
        {
            bytes += entry.Length;
            if (bytes > largest)
                Remove(entry);
        }
    }

    private static void Remove(FileInfo file)
    {
        try
        {
            file.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // One that another run has mapped cannot be deleted on Windows: it goes with a later entry.
        }
    }
}
