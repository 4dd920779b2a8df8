namespace MolEngine.Trainer.Reporting;

/// <summary>
/// Writes a file so that a reader, or a kill at any instant, sees the old one or the new one whole: temporary name,
/// fsync, rename.
/// </summary>
public static class AtomicFile
{
    /// <summary>Ends the names of files that were never finished.</summary>
    public const string TemporarySuffix = ".tmp";

    public static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Environment.ProcessId}{TemporarySuffix}";
        try
        {
            using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public static void WriteText(string path, string text) => Write(path, file =>
    {
        using StreamWriter writer = new(file, leaveOpen: true);
        writer.Write(text);
    });
}
