using MolEngine.Engine.Weights;

namespace MolEngine.Trainer.Data.Caching;

/// <summary>
/// Tokens kept between runs, a file for each corpus, named by the hash of all that they follow from. Entries are
/// written durably and checked when read; one that is not whole is made again. The folder is kept below a size, the
/// entries that were used longest ago go first; it may be deleted at any time.
/// </summary>
/// <param name="folder">Made when something is kept.</param>
/// <param name="largest">Bytes of the folder, at most; the entry written last stays in any case.</param>
internal sealed class TokenCache(string folder, long largest = TokenCache.DefaultLargest)
{
    /// <summary>16 GiB: the tokens of about 16 GB of English text.</summary>
    public const long DefaultLargest = 16L << 30;

    private const string Extension = ".tokens";

    /// <summary>A temporary file as old as this was left by a process that was killed.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>
    /// MOLENGINE_CACHE, else the user's cache folder as the system has it (XDG_CACHE_HOME, ~/.cache, %LOCALAPPDATA%).
    /// </summary>
    public static string DefaultFolder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("MOLENGINE_CACHE") is { Length: > 0 } own)
                return Path.Combine(Path.GetFullPath(own), "tokens");
            string? root = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(root))
                root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(Path.GetFullPath(root), "molengine", "tokens");
        }
    }

    /// <summary>The entry of a key; null where there is none that is whole.</summary>
    public TokenizedCorpus? Find(string key)
    {
        string path = PathOf(key);
        try
        {
            if (!File.Exists(path))
                return null;
            using var stream = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20);
            TokenizedCorpus? corpus = TokenCacheFile.Read(stream);
            if (corpus is not null)
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return corpus;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps an entry. A cache that cannot be written hinders nothing: what is wrong is given back.</summary>
    public string? Keep(string key, TokenizedCorpus corpus)
    {
        try
        {
            Directory.CreateDirectory(folder);
            DurableFiles.Write(PathOf(key), stream => TokenCacheFile.Write(stream, corpus));
            Prune(PathOf(key));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UserException)
        {
            return e.Message;
        }
    }

    private string PathOf(string key) => Path.Combine(folder, key + Extension);

    private void Prune(string kept)
    {
        FileInfo[] files = new DirectoryInfo(folder).GetFiles("*", new EnumerationOptions { AttributesToSkip = 0 });
        DateTime oldest = DateTime.UtcNow - Abandoned;
        foreach (FileInfo file in files.Where(f => f.Extension == ".tmp" && f.LastWriteTimeUtc < oldest))
            file.Delete();
        FileInfo[] entries = [.. files.Where(f => f.Extension == Extension).OrderByDescending(f => f.LastWriteTimeUtc)];
        long bytes = new FileInfo(kept).Length;
        foreach (FileInfo entry in entries.Where(f => f.FullName != Path.GetFullPath(kept)))
        {
            bytes += entry.Length;
            if (bytes > largest)
                entry.Delete();
        }
    }
}
