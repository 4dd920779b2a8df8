using System.Globalization;

namespace MolEngine.Runs;

/// <summary>
/// One run directory, one run: an exclusive lock that the system releases when its process ends, however it ends.
/// </summary>
public sealed class RunLock : IDisposable
{
    private readonly FileStream _lock;

    private RunLock(FileStream held) => _lock = held;

    /// <exception cref="UserException">Another process trains in the directory: names it.</exception>
    public static RunLock Take(string runDirectory)
    {
        try
        {
            var held = new FileStream(
                LockOf(runDirectory), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(OwnerOf(runDirectory), string.Create(
                CultureInfo.InvariantCulture,
                $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.UtcNow:u}"));
            return new RunLock(held);
        }
        catch (IOException e)
        {
            throw new UserException(
                $"{runDirectory}: expected a run directory that nobody trains in, got one held by "
                + $"{NameIn(runDirectory)}. Wait for it, or stop it first.", e);
        }
    }

    /// <summary>
    /// Who trains in the directory, as "process 123 on host since ..."; null where nobody does. Looking takes a shared
    /// lock for a moment.
    /// </summary>
    public static string? Owner(string runDirectory)
    {
        if (!File.Exists(LockOf(runDirectory)))
            return null;
        try
        {
            using var free = new FileStream(LockOf(runDirectory), FileMode.Open, FileAccess.Read, FileShare.Read);
            return null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException)
        {
            return NameIn(runDirectory);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static string LockOf(string runDirectory) => Path.Combine(runDirectory, ".lock");

    private static string OwnerOf(string runDirectory) => Path.Combine(runDirectory, ".owner");

    private static string NameIn(string runDirectory) =>
        File.Exists(OwnerOf(runDirectory)) ? File.ReadAllText(OwnerOf(runDirectory)) : "another process";
}
