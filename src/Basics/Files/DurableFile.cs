using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace MolEngine.Basics.Files;

/// <summary>
/// Files and folders that are either whole or not there: written under a temporary name beside the target, flushed to
/// the disk, renamed, and the folder flushed too, so that a power cut cannot undo the rename. A flush that fails is an
/// error: what was written may be lost, and a second flush would say that all is well.
/// </summary>
public static partial class DurableFile
{
    private const int Interrupted = 4, NoPermission = 13, InvalidArgument = 22;
    private static readonly int NotSupported = OperatingSystem.IsMacOS() ? 45 : 95;

    /// <summary>Writes or replaces a file.</summary>
    /// <exception cref="IOException">The file cannot be written, or may be lost in a power cut.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = TemporaryBeside(path);
        try
        {
            using (var stream = new FileStream(
                temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            {
                write(stream);
                Flush(stream);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            _ = TryRemove(temporary);
            throw;
        }

        SyncFolder(Path.GetDirectoryName(temporary)!);
    }

    /// <summary>Waits until all that was written to a file is on the disk.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public static void Flush(FileStream file)
    {
        // On macOS this alone reaches beyond the drive's own cache. On Unix it tells of no failure: .NET 10's
        // SystemNative_FSync assigns a comparison, so that it gives 1 where fsync fails, and -1 alone would be thrown.
        if (!OperatingSystem.IsLinux())
            file.Flush(flushToDisk: true);
        file.Flush();
        if (!OperatingSystem.IsWindows())
            Sync(file.SafeFileHandle, file.Name);
    }

    /// <summary>
    /// Flushes a folder's list of names to the disk. Windows has no such call and needs none; nor is it there for a
    /// folder whose names may not be read.
    /// </summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        using SafeFileHandle handle = new(Open(folder, 0), ownsHandle: true);
        if (!handle.IsInvalid)
            Sync(handle, folder);
        else if (Marshal.GetLastPInvokeError() is not NoPermission and int error)
            throw Fault(error, folder);
    }

    /// <summary>Makes a folder, and its parents, that a power cut does not take away.</summary>
    public static void MakeFolder(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent)
            return;
        if (!Directory.Exists(full))
        {
            MakeFolder(parent);
            Directory.CreateDirectory(full);
        }

        SyncFolder(parent);
    }

    /// <summary>
    /// Takes a folder away whole: one rename, to a name that only <see cref="RemoveLeftovers"/> knows, then removes it.
    /// </summary>
    /// <returns>What is left where it could not be removed, under that name; else null.</returns>
    /// <exception cref="IOException">The folder cannot be renamed, or a power cut may bring it back.</exception>
    public static string? RemoveFolder(string folder)
    {
        string temporary = TemporaryBeside(folder);
        Directory.Move(folder, temporary);
        SyncFolder(Path.GetDirectoryName(temporary)!);
        return TryRemove(temporary) ? null : temporary;
    }

    /// <summary>A new name in the folder of <paramref name="path"/> that no reader looks for.</summary>
    public static string TemporaryBeside(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
    }

    /// <summary>Whether a name is one of <see cref="TemporaryBeside"/>.</summary>
    /// <param name="name">Name of a file or folder, without its path.</param>
    /// <param name="of">What it was made for; null is anything.</param>
    public static bool IsTemporary(string name, string? of = null) =>
        TemporaryName().Match(name) is { Success: true } match && (of is null || match.Groups[1].Value == of);

    /// <summary>Removes what killed processes left half-written in a folder. Nobody may be writing in it.</summary>
    public static void RemoveLeftovers(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string entry in Directory.GetFileSystemEntries(folder).Where(e => IsTemporary(Path.GetFileName(e))))
        {
            if (Directory.Exists(entry))
                Directory.Delete(entry, recursive: true);
            else
                File.Delete(entry);
        }
    }

    /// <summary>
    /// Removes a file or folder where that can be done; what is left has a name that says what it is.
    /// </summary>
    public static bool TryRemove(string path)
    {
        try
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Sync(SafeFileHandle handle, string path)
    {
        int error = 0;
        while (Fsync(handle) < 0 && (error = Marshal.GetLastPInvokeError()) == Interrupted)
            error = 0;

        // Some network file systems have no flush, of a folder at least: what they have taken is all that there is.
        if (error != 0 && error != InvalidArgument && error != NotSupported)
            throw Fault(error, path);
    }

    /// <summary>The exception as .NET words it, with the system's number.</summary>
    private static IOException Fault(int error, string path) =>
        new($"{Marshal.GetPInvokeErrorMessage(error)} : '{path}'", error);

    [GeneratedRegex(@"^\.(.+)\.[0-9a-f]{32}\.tmp$")]
    private static partial Regex TemporaryName();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle descriptor);
}
