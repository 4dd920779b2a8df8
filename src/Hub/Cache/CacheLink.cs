using MolEngine.Basics.Files;

namespace MolEngine.Hub.Cache;

/// <summary>A file of a snapshot: a relative link to its blob.</summary>
internal static class CacheLink
{
    /// <summary>Puts a file into a snapshot, in place of a link that leads nowhere.</summary>
    /// <param name="path">Of the file in the snapshot.</param>
    /// <param name="isNew">Whether nothing else can refer to the blob yet: where links are impossible (Windows, some
    /// file systems) the blob itself then goes there, as huggingface_hub does, else a copy of it.</param>
    /// <exception cref="FileWriteException">It cannot be put there.</exception>
    /// <param name="link">Makes a link at a path to a target; false where there are none.</param>
    public static void Make(string blob, string path, bool isNew, Func<string, string, bool>? link = null)
    {
        if (!Snapshot.IsThere(path))
            DurableFiles.Guarded(path, () => Put(blob, path, isNew, link ?? TryLink));
    }

    private static void Put(string blob, string path, bool isNew, Func<string, string, bool> link)
    {
        string folder = Path.GetDirectoryName(path)!;
        DurableFile.MakeFolder(folder);
        string temporary = DurableFile.TemporaryBeside(path);
        try
        {
            if (!link(temporary, Path.GetRelativePath(folder, blob)))
                Fill(temporary, blob, isNew);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            _ = DurableFile.TryRemove(temporary);
            throw;
        }

        DurableFile.SyncFolder(folder);
    }

    private static bool TryLink(string path, string target)
    {
        try
        {
            _ = File.CreateSymbolicLink(path, target);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    private static void Fill(string path, string blob, bool isNew)
    {
        if (isNew)
            File.Move(blob, path);
        else
            DurableFiles.Copy(blob, path);
    }
}
