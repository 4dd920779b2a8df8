namespace MolEngine.Data.Files;

/// <summary>
/// A window on a stream: it grows at its end by reading, and shrinks at its start by <see cref="Take"/>. It holds a
/// record at a time, not the file.
/// </summary>
/// <param name="path">What errors call the stream.</param>
/// <param name="offset">Offset of the stream's first byte in the file.</param>
/// <param name="longest">Bytes that it may hold: a longer record is refused.</param>
public sealed class ByteWindow(string path, Stream stream, long offset, int longest = Limits.RecordBytes)
{
    private byte[] _buffer = new byte[Math.Min(1 << 18, longest)];
    private int _start;
    private int _filled;

    /// <summary>The place of the window's first byte in the file.</summary>
    public long Offset { get; private set; } = offset;

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(_start, _filled - _start);

    /// <summary>Takes bytes off the front. They live until the next <see cref="Grow"/>.</summary>
    public ReadOnlyMemory<byte> Take(int count)
    {
        ReadOnlyMemory<byte> taken = _buffer.AsMemory(_start, count);
        _start += count;
        Offset += count;
        return taken;
    }

    /// <summary>What is said of a record that is too long.</summary>
    internal static string TooLong(int longest) =>
        $"record: expected at most {longest:N0} bytes (record_bytes of its corpus), got more";

    /// <summary>Reads on; false at the end of the stream.</summary>
    /// <param name="line">On which the window starts, for the error.</param>
    /// <exception cref="UserException">The window holds a record that is too long, or the stream is broken.
    /// </exception>
    public bool Grow(long line)
    {
        Span.CopyTo(_buffer);
        (_filled, _start) = (_filled - _start, 0);
        if (_filled == _buffer.Length)
        {
            if (_buffer.Length >= longest)
                throw new UserException($"{path}:{line}: {TooLong(longest)}. Split the file into smaller records");
            Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, longest));
        }

        int read = stream.Read(_buffer.AsSpan(_filled));
        _filled += read;
        return read > 0;
    }
}
