namespace MolEngine.Trainer.Ranks;

/// <summary>
/// What a rank says of its own work, in <c>ranks/rank-N.log</c> of the run's folder. Until that folder is there, it is
/// kept in memory: a mistake leaves no folder behind. A log that cannot be written hinders no training.
/// </summary>
internal sealed class RankLog(string runDirectory, int rank) : IDisposable
{
    private readonly Lock _gate = new();
    private TextWriter _to = new StringWriter();

    /// <summary>Of a run of one rank, which needs none.</summary>
    public static RankLog None { get; } = new("", 0) { _to = TextWriter.Null };

    public static string FolderOf(string runDirectory) => Path.Combine(runDirectory, "ranks");

    /// <summary>Begins the file, or goes on in it.</summary>
    public void Open()
    {
        lock (_gate)
        {
            if (_to is not StringWriter kept)
                return;
            try
            {
                string folder = Directory.CreateDirectory(FolderOf(runDirectory)).FullName;
                _to = new StreamWriter(Path.Combine(folder, $"rank-{rank}.log"), append: true) { AutoFlush = true };
                _to.Write(kept.ToString());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _to = TextWriter.Null;
            }
        }
    }

    public void Write(string line)
    {
        lock (_gate)
        {
            try
            {
                _to.WriteLine($"{DateTime.UtcNow:u} {line}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _to = TextWriter.Null;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_to is StreamWriter file)
                file.Dispose();
        }
    }
}
