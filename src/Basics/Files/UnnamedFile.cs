namespace MolEngine.Basics.Files;

/// <summary>
/// A file that is gone when it is closed, and when the process is killed: on Unix it has no name from the start, on
/// Windows the system deletes it.
/// </summary>
public static class UnnamedFile
{
    /// <summary>Makes one, for writing and reading.</summary>
    /// <param name="folder">Whose file system has the room for it; must be there.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static FileStream Create(string folder)
    {
        string path = Path.Combine(folder, $"molengine-{Guid.NewGuid():N}.tmp");
        var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1 << 20,
            FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }
}
