using System.Globalization;
using MolEngine.Basics.Files;

namespace MolEngine.Runs.Metrics;

/// <summary>
/// Writes numbers for TensorBoard into a new file
/// <c>events.out.tfevents.&lt;seconds&gt;.&lt;host&gt;.&lt;pid&gt;.&lt;n&gt;</c>. Every process, and every resume, has
/// its own file, and its name sorts after those that are there: TensorBoard reads a folder's files in the order of
/// their names and never goes back. A record goes to the system in one piece: a process that is killed loses none, a
/// machine that fails leaves at most a broken last record, which readers leave out. For one thread at a time.
/// </summary>
public sealed class EventWriter : IDisposable
{
    private const string Prefix = "events.out.tfevents.";
    private static int _files;

    private readonly TimeProvider _clock;
    private readonly FileStream _file;

    /// <param name="folder">Made where it is absent.</param>
    /// <param name="clock">Gives the events' times; null is the system's.</param>
    /// <param name="resumedAt">
    /// The first step that this process will write where it goes on with an earlier one: TensorBoard then drops the
    /// earlier files' events from this step on, which the run did not keep.
    /// </param>
    /// <exception cref="FileWriteException">The folder or the file cannot be made.</exception>
    public EventWriter(string folder, TimeProvider? clock = null, long? resumedAt = null)
    {
        _clock = clock ?? TimeProvider.System;
        try
        {
            DurableFile.MakeFolder(folder);
            _file = Create(folder);
            DurableFile.SyncFolder(folder);
            Write(EventMessage.Version(Now));
            if (resumedAt is { } step)
                Write(EventMessage.Session(Now, step));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            throw new FileWriteException(folder, e);
        }
    }

    /// <summary>The file that is written.</summary>
    public string FilePath => _file.Name;

    private double Now => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>
    /// Writes a number, rounded to single precision. NaN and the infinities are written as they are.
    /// </summary>
    /// <param name="tag">TensorBoard groups tags by what stands before the first slash: <c>ce/medical</c>.</param>
    public void Scalar(string tag, long step, double value) =>
        Write(EventMessage.Scalar(Now, step, tag, (float)value));

    /// <summary>Waits until all that was written is on the disk. Readers see it without.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public void Flush() => DurableFile.Flush(_file);

    public void Dispose() => _file.Dispose();

    private FileStream Create(string folder)
    {
        string host = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        for (long attempt = 0; ; attempt++)
        {
            long seconds = Math.Max((long)Now, NewestIn(folder) + 1);
            int file = Interlocked.Increment(ref _files) - 1;
            string name = $"{Prefix}{seconds:D10}.{host}.{Environment.ProcessId}.{file}";
            string path = Path.Combine(folder, name);
            try
            {
                // No buffer of ours: each record is one write.
                return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            }
            catch (IOException) when (attempt < 100 && File.Exists(path))
            {
                // Another process took the name since the folder was read.
            }
        }
    }

    /// <summary>The largest number of seconds in the names of the folder's event files, or 0.</summary>
    private static long NewestIn(string folder)
    {
        long newest = 0;
        foreach (string path in Directory.EnumerateFiles(folder, Prefix + "*"))
        {
            string seconds = Path.GetFileName(path)[Prefix.Length..].Split('.')[0];
            if (long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out long value))
                newest = Math.Max(newest, value);
        }

        return newest;
    }

    private void Write(byte[] message)
    {
        byte[] record = new byte[message.Length + TfRecord.Overhead];
        TfRecord.Write(message, record);
        _file.Write(record);
    }
}
