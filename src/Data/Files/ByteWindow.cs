namespace MolEngine.Data.Files;

/// <summary>
/// A window on a stream: it grows at its end by reading, and shrinks at its start by <see cref="Take"/>. It holds a
/// record at a time, not the file.
/// </summary>
/// <param name="path">What errors call the stream.</param>
/// <param name="offset">Offset of the stream's first byte in the file.</param>
public sealed class ByteWindow(string path, Stream stream, long offset)
{
    /// <summary>A longer record is no record but a file of another kind.</summary>
    private const int LongestRecord = 1 << 30;

    private byte[] _buffer = new byte[1 << 18];
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

    /// <summary>Reads on; false at the end of the stream.</summary>
    /// <param name="line">On which the window starts, for the error.</param>
    /// <exception cref="UserException">The window holds a record longer than 1 GiB, or the stream is broken.
    /// </exception>
    public bool Grow(long line)
    {
        Span.CopyTo(_buffer);
        (_filled, _start) = (_filled - _start, 0);
        if (_filled == _buffer.Length)
        {
            if (_buffer.Length >= LongestRecord)
            {
                throw new UserException(
                    $"{path}:{line}: record: expected at most {LongestRecord:N0} bytes, got more. Split the file into "
                        + "smaller records");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = stream.Read(_buffer.AsSpan(_filled));
        _filled += read;
        return read > 0;
    }
}
