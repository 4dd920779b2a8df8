using System.Text;

namespace MolEngine.Runs.Metrics;

/// <summary>
/// metrics.jsonl while a run writes it: each look reads what was added since, line by whole line. A file that was cut
/// back, or is another one, is read from its beginning. For one thread at a time.
/// </summary>
public sealed class MetricsTail(string path)
{
    /// <summary>Bytes before the place that was read to, by which the file is known again.</summary>
    private const int KnownBy = 512;

    private const int ChunkBytes = 1 << 20;

    private MetricsLog _log = new();
    private byte[] _before = [];
    private long _at;

    /// <summary>Whether something stands behind the last whole line.</summary>
    public bool HasPart { get; private set; }

    /// <summary>All whole lines so far; the same object as long as the file only grows. null where there is no file.
    /// </summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public MetricsLog? Look()
    {
        try
        {
            using var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (!IsKnown(file))
                (_log, _before, _at) = (new MetricsLog(), [], 0);
            ReadOn(file);
            return _log;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            (_log, _before, _at) = (new MetricsLog(), [], 0);
            return null;
        }
    }

    private bool IsKnown(FileStream file)
    {
        if (file.Length < _at)
            return false;
        byte[] now = new byte[_before.Length];
        file.Position = _at - now.Length;
        return file.ReadAtLeast(now, now.Length, throwOnEndOfStream: false) == now.Length
            && now.AsSpan().SequenceEqual(_before);
    }

    private void ReadOn(FileStream file)
    {
        file.Position = _at;
        byte[] bytes = new byte[ChunkBytes];
        int have = 0, count;
        while ((count = file.Read(bytes, have, bytes.Length - have)) > 0)
        {
            have += count;
            int whole = bytes.AsSpan(0, have).LastIndexOf((byte)'\n') + 1;
            Take(bytes.AsSpan(0, whole));
            bytes.AsSpan(whole, have - whole).CopyTo(bytes);
            have -= whole;
            if (have == bytes.Length)
                Array.Resize(ref bytes, 2 * have);
        }

        HasPart = have > 0;
    }

    private void Take(ReadOnlySpan<byte> lines)
    {
        if (lines.Length == 0)
            return;
        foreach (string line in Encoding.UTF8.GetString(lines[..^1]).Split('\n'))
            _log.Append(line.TrimEnd('\r'));
        _at += lines.Length;
        ReadOnlySpan<byte> known = lines.Length >= KnownBy ? lines[^KnownBy..] : lines;
        byte[] before = [.. _before.TakeLast(KnownBy - known.Length)];
        _before = [.. before, .. known];
    }
}
