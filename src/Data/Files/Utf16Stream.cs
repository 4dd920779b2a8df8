using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace MolEngine.Data.Files;

/// <summary>UTF-16 as UTF-8, strictly: half a character is an error at its byte. Does not own the stream.</summary>
/// <param name="utf16">From behind its byte order mark.</param>
/// <param name="bigEndian">Whether the first of two bytes is the higher.</param>
internal sealed class Utf16Stream(string path, Stream utf16, bool bigEndian) : ReadingStream
{
    private const int MarkLength = 2;

    private readonly byte[] _bytes = new byte[1 << 16];

    /// <summary>Three bytes of UTF-8 for every unit at most.</summary>
    private readonly byte[] _text = new byte[(1 << 16) / 2 * 3];

    private int _kept;
    private int _start;
    private int _end;
    private long _offset = MarkLength;
    private long _line = 1;

    /// <exception cref="BadRecordException">The bytes are no UTF-16, with line and byte.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (_start == _end && buffer.Length > 0)
        {
            if (!Refill())
                return 0;
        }

        int count = Math.Min(buffer.Length, _end - _start);
        _text.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    private bool Refill()
    {
        int read = utf16.Read(_bytes.AsSpan(_kept));
        int length = _kept + read;
        if (read == 0 && length == 0)
            return false;
        if (read == 0 && length % 2 == 1)
        {
            long bytes = _offset + length;
            throw Problem(
                bytes - 1, $"an even number of bytes of UTF-16, got {bytes:N0}, and half a character");
        }

        Span<ushort> units = MemoryMarshal.Cast<byte, ushort>(_bytes.AsSpan(0, length & ~1));
        if (bigEndian)
            BinaryPrimitives.ReverseEndianness(units, units);
        OperationStatus status = Utf8.FromUtf16(
            MemoryMarshal.Cast<ushort, char>(units), _text, out int used, out int written,
            replaceInvalidSequences: false, isFinalBlock: read == 0);
        _line += _text.AsSpan(0, written).Count((byte)'\n');
        (_start, _end) = (0, written);
        if (status == OperationStatus.InvalidData && written == 0)
            throw Problem(_offset + (2 * used), $"UTF-16, got half of a character ({units[used]:X4})");

        // What is left is half a pair or half a unit, or bad: it is looked at again, and then it comes first.
        Span<ushort> rest = units[used..];
        if (bigEndian)
            BinaryPrimitives.ReverseEndianness(rest, rest);
        _bytes.AsSpan(2 * used, length - (2 * used)).CopyTo(_bytes);
        _kept = length - (2 * used);
        _offset += 2 * used;
        return true;
    }

    private BadRecordException Problem(long at, string detail) =>
        new(path, _line, $"record: expected {detail} at byte {at} of the file. Save it as UTF-8");
}
