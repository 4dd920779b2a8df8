using MolEngine.Basics.Files;

namespace MolEngine.Hub.Cache;

/// <summary>
/// Holds a blob for who fetches it: among processes, those of huggingface_hub too, by a lock of the system that ends
/// with its process. (.NET locks a file that it opens alone as Python's filelock does, by flock.)
/// </summary>
internal sealed class CacheLock : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _held;

    private CacheLock(FileStream held) => _held = held;

    /// <summary>Takes the lock; while another process has it, waits.</summary>
    /// <param name="waiting">Called once, where there is something to wait for.</param>
    /// <exception cref="FileWriteException">The lock's file cannot be made.</exception>
    public static async Task<CacheLock> Take(string path, Action waiting, CancellationToken cancel)
    {
        DurableFiles.Guarded(path, () => Directory.CreateDirectory(Path.GetDirectoryName(path)!));
        for (bool isFirst = true; ; isFirst = false)
        {
            FileStream? held = null;
            DurableFiles.Guarded(path, () => held = Open(path));
            if (held is not null)
                return new CacheLock(held);
            if (isFirst)
                waiting();
            await Task.Delay(Between, cancel);
        }
    }

    public void Dispose() => _held.Dispose();

    /// <summary>Null while another has it.</summary>
    private static FileStream? Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (HeldFile.Is(e))
        {
            return null;
        }
    }
}
