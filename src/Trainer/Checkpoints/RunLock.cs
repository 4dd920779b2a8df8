using System.Globalization;

namespace MolEngine.Trainer.Checkpoints;

/// <summary>
/// One run directory, one run: an exclusive lock that the system releases when its process ends, however it ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _lock;

    private RunLock(FileStream held) => _lock = held;

    /// <exception cref="UserException">Another process trains in the directory: names it.</exception>
    public static RunLock Take(string runDirectory)
    {
        string path = Path.Combine(runDirectory, ".lock"), owner = Path.Combine(runDirectory, ".owner");
        try
        {
            var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(owner, string.Create(
                CultureInfo.InvariantCulture,
                $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.UtcNow:u}"));
            return new RunLock(held);
        }
        catch (IOException e)
        {
            string who = File.Exists(owner) ? File.ReadAllText(owner) : "another process";
            throw new UserException(
                $"{runDirectory}: expected a run directory that nobody trains in, got one held by {who}. Wait for it, "
                + "or stop it first.", e);
        }
    }

    public void Dispose() => _lock.Dispose();
}
