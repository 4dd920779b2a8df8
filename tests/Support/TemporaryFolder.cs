namespace MolEngine.Support;

/// <summary>
/// A folder that lives as long as a test: in memory where the system offers that, as the program flushes all that it
/// saves, and a disk takes milliseconds for each.
/// </summary>
public sealed class TemporaryFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    /// <summary>Bytes free from which the memory's file system is taken: containers often have 64 MB.</summary>
    private const long EnoughBytes = 4L << 30;

    public TemporaryFolder() => Root = HasMemory()
        ? Directory.CreateDirectory(Path.Combine(Memory, $"molengine-{Guid.NewGuid():N}")).FullName
        : Directory.CreateTempSubdirectory("molengine-").FullName;

    public string Root { get; }

    /// <summary>The path of a file or folder in it.</summary>
    public string this[string name] => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        string path = this[name];
        File.WriteAllText(path, text);
        return path;
    }

    public string Write(string name, byte[] bytes)
    {
        string path = this[name];
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static bool HasMemory()
    {
        try
        {
            return Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= EnoughBytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
