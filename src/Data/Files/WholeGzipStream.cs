using System.Buffers.Binary;
using System.IO.Compression;

namespace MolEngine.Data.Files;

/// <summary>
/// Unpacks gzip and knows a file that was cut off, or has something else behind its data: GZipStream ends such files in
/// silence. The last four bytes of a whole file are the length of its last member (RFC 1952).
/// </summary>
/// <param name="path">Path of the file, for a second look at its end.</param>
/// <param name="packed">From its start.</param>
internal sealed class WholeGzipStream(string path, Stream packed) : ReadingStream
{
    private readonly GZipStream _unpacked = new(packed, CompressionMode.Decompress);
    private long _length;

    /// <exception cref="InvalidDataException">The data is no gzip, or not all of it is there.</exception>
    /// <exception cref="UserException">Something else is behind it.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = Unpack(buffer);
        _length += count;
        if (count == 0 && buffer.Length > 0)
            RequireEnd();
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _unpacked.Dispose();
        base.Dispose(disposing);
    }

    private int Unpack(Span<byte> buffer)
    {
        try
        {
            return _unpacked.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(e);
        }
    }

    private void RequireEnd()
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (!file.CanSeek || IsOneMember(file))
            return;
        long end = new GzipMembers(file).End() ?? throw new InvalidDataException("the file ends before its data does");
        if (FirstNonZero(file, end) is long garbage)
        {
            throw new UserException(
                $"{path}: corpus: expected gzip data alone, got other bytes behind its end, from byte {garbage} of the "
                    + $"file on ({file.Length} bytes). Cut them off (head -c {end} FILE > NEW), or fetch the file "
                    + "again");
        }
    }

    /// <summary>Whether the file's last bytes are the trailer of all that was unpacked, as of almost all files.
    /// </summary>
    private bool IsOneMember(FileStream file)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        if (file.Length < length.Length)
            return false;
        file.Seek(-length.Length, SeekOrigin.End);
        file.ReadExactly(length);
        return BinaryPrimitives.ReadUInt32LittleEndian(length) == (uint)_length && _length > 0;
    }

    /// <summary>Zeros behind the data are padding, as on tapes: the offset of what is none; null for nothing.</summary>
    private static long? FirstNonZero(FileStream file, long from)
    {
        file.Position = from;
        byte[] buffer = new byte[1 << 16];
        for (int read = file.Read(buffer); read > 0; read = file.Read(buffer))
        {
            int at = buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0);
            if (at >= 0)
                return file.Position - read + at;
        }

        return null;
    }
}
