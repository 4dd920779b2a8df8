namespace MolEngine.Data.Files;

/// <summary>A stream with the bytes that were read from its start put back. Does not own the stream.</summary>
internal sealed class HeadStream(ReadOnlyMemory<byte> head, Stream rest) : ReadingStream
{
    private ReadOnlyMemory<byte> _head = head;

    public override int Read(Span<byte> buffer)
    {
        if (_head.IsEmpty)
            return rest.Read(buffer);
        int count = Math.Min(buffer.Length, _head.Length);
        _head.Span[..count].CopyTo(buffer);
        _head = _head[count..];
        return count;
    }
}
