namespace MolEngine.Hub.Downloads;

/// <summary>Bytes that a download has fetched, of those that it has to. For several threads.</summary>
/// <param name="all">Bytes that have to be fetched.</param>
/// <param name="tell">Told both whenever bytes came.</param>
internal sealed class DownloadProgress(long all, Action<long, long> tell)
{
    private readonly Lock _lock = new();
    private long _done;

    /// <summary>Bytes fetched so far.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <param name="bytes">Below 0 where they have to be fetched again.</param>
    public void Add(long bytes)
    {
        lock (_lock)
        {
            _done += bytes;
            tell(Math.Clamp(_done, 0, all), all);
        }
    }
}
