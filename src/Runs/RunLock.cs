using System.Diagnostics;
using System.Text.RegularExpressions;
using MolEngine.Basics.Files;

namespace MolEngine.Runs;

/// <summary>
/// One run directory, one run: an exclusive lock that the system releases when its process ends, however it ends.
/// </summary>
public sealed partial class RunLock : IDisposable
{
    private const string LockFile = ".lock";
    private const string OwnerFile = ".owner";

    private readonly FileStream _lock;

    private RunLock(FileStream held) => _lock = held;

    /// <summary>Files that a lock leaves in a directory.</summary>
    public static IReadOnlyList<string> Files => [LockFile, OwnerFile];

    /// <param name="runDirectory">An existing folder.</param>
    /// <exception cref="UserException">Another process trains in the directory: names it.</exception>
    /// <exception cref="FileWriteException">The directory cannot be written.</exception>
    public static RunLock Take(string runDirectory)
    {
        FileStream held = Open(runDirectory);
        try
        {
            DurableFiles.WriteText(
                Path.Combine(runDirectory, OwnerFile),
                $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.UtcNow:u}");
            return new RunLock(held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Who trains in the directory, as "process 123 on host since ..."; null where nobody does. Looking takes a shared
    /// lock for a moment.
    /// </summary>
    /// <exception cref="UserException">That cannot be seen.</exception>
    public static string? Owner(string runDirectory)
    {
        string path = Path.Combine(runDirectory, LockFile);
        try
        {
            using var free = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException e) when (HeldFile.Is(e))
        {
            return NameIn(runDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException(
                $"{path}: expected a file that shows whether a process trains here, got \"{e.Message}\". Make it "
                + "readable.", e);
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Who only looks whether the directory is held holds it for a moment: waited for.</summary>
    private static FileStream Open(string runDirectory)
    {
        string path = Path.Combine(runDirectory, LockFile);
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (HeldFile.Is(e))
            {
                if (attempt == 3)
                {
                    throw new UserException(
                        $"{runDirectory}: expected a run directory that nobody trains in, got one held by "
                        + $"{NameIn(runDirectory)}. Wait for it, or stop it first.", e);
                }

                Thread.Sleep(20);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new FileWriteException(path, e);
            }
        }
    }

    /// <summary>
    /// What the holder has said of itself; a name that is left from a process that has ended is nobody's.
    /// </summary>
    private static string NameIn(string runDirectory)
    {
        const string Unnamed = "another process";
        try
        {
            string said = File.ReadAllText(Path.Combine(runDirectory, OwnerFile));
            Match name = OwnerName().Match(said);
            bool isHere = name.Success && name.Groups[2].Value == Environment.MachineName;
            return !name.Success || isHere && !IsAlive(int.Parse(name.Groups[1].Value)) ? Unnamed : said;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unnamed;
        }
    }

    private static bool IsAlive(int process)
    {
        try
        {
            using Process found = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^process ([0-9]{1,9}) on (\S+) since ")]
    private static partial Regex OwnerName();
}
