using System.Text;

namespace MolEngine.Basics.Files;

/// <summary>
/// Files and folders that are either whole or not there (<see cref="DurableFile"/>); one that cannot be written is an
/// error for people.
/// </summary>
public static class DurableFiles
{
    /// <summary>Writes or replaces a file.</summary>
    /// <exception cref="FileWriteException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write) =>
        Guarded(path, () => DurableFile.Write(path, write));

    /// <summary>Writes or replaces a UTF-8 text.</summary>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(new UTF8Encoding(false).GetBytes(text)));

    /// <summary>Copies a file.</summary>
    public static void Copy(string from, string to) => Write(to, stream =>
    {
        using FileStream source = File.OpenRead(from);
        source.CopyTo(stream);
    });

    /// <summary>Makes a new folder. Its parents are made too; a folder that holds anything is never touched.</summary>
    /// <param name="fill">Writes the files into the folder it is given; where it fails nothing is left.</param>
    /// <exception cref="UserException">The target is a file or a folder that is not empty.</exception>
    /// <exception cref="FileWriteException">The folder cannot be written.</exception>
    public static void WriteFolder(string target, Action<string> fill)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        string parent = Path.GetDirectoryName(full) ?? throw new UserException(
            $"{target}: expected a new folder, got the root. Choose another name.");
        RefuseToOverwrite(target, full);
        string temporary = DurableFile.TemporaryBeside(full);
        Guarded(target, () =>
        {
            DurableFile.MakeFolder(parent);
            Directory.CreateDirectory(temporary);
            try
            {
                fill(temporary);
                DurableFile.SyncFolder(temporary);
                RefuseToOverwrite(target, full);
                if (Directory.Exists(full))
                    Directory.Delete(full);
                Directory.Move(temporary, full);
            }
            catch
            {
                _ = DurableFile.TryRemove(temporary);
                throw;
            }

            DurableFile.SyncFolder(parent);
        });
    }

    private static void RefuseToOverwrite(string target, string full)
    {
        if (File.Exists(full))
            throw new UserException($"{target}: expected a new folder, got a file of that name. Choose another name.");
        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
            throw new UserException(
                $"{target}: expected a new or empty folder, got one that holds files. Choose another name.");
    }

    /// <summary>Does something to files at a path.</summary>
    /// <exception cref="FileWriteException">The disk, the folder or the file did not take it.</exception>
    public static void Guarded(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileWriteException(path, e);
        }
    }
}
