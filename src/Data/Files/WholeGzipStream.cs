using System.Buffers.Binary;
using System.IO.Compression;

namespace MolEngine.Data.Files;

/// <summary>
/// Unpacks gzip and knows a file that was cut off: GZipStream ends such a file in silence. The last eight bytes of a
/// whole file are CRC-32 and length of its last member (RFC 1952).
/// </summary>
/// <param name="path">Path of the file, for a second look at its end.</param>
/// <param name="packed">From its start.</param>
internal sealed class WholeGzipStream(string path, Stream packed) : ReadingStream
{
    private const int TrailerLength = 8;

    private readonly GZipStream _unpacked = new(packed, CompressionMode.Decompress);
    private long _length;

    /// <exception cref="InvalidDataException">The data is no gzip, or not all of it is there.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = _unpacked.Read(buffer);
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

    private void RequireEnd()
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        if (!file.CanSeek)
            return;
        Span<byte> trailer = stackalloc byte[TrailerLength];
        bool whole = file.Length >= TrailerLength;
        if (whole)
        {
            file.Seek(-TrailerLength, SeekOrigin.End);
            file.ReadExactly(trailer);
            uint crc = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
            uint last = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);

            // A file of one member, as almost all are, is told by its length; else the last member is unpacked again.
            whole = last == (uint)_length || (last < _length && EndsWith(file, last, crc));
        }

        if (!whole)
            throw new InvalidDataException("the file ends before its data does");
    }

    /// <summary>Whether the last <paramref name="length"/> unpacked bytes have that CRC-32.</summary>
    private bool EndsWith(FileStream file, uint length, uint crc)
    {
        file.Seek(0, SeekOrigin.Begin);
        using var again = new GZipStream(file, CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 16];
        long skip = _length - length;
        uint got = uint.MaxValue;
        for (int read = again.Read(buffer); read > 0; read = again.Read(buffer))
        {
            int from = (int)Math.Min(skip, read);
            skip -= from;
            foreach (byte b in buffer.AsSpan(from, read - from))
                got = Crc32(got, b);
        }

        return ~got == crc;
    }

    /// <summary>A byte of CRC-32 (IEEE 802.3, reflected), bit by bit: few files take this way.</summary>
    private static uint Crc32(uint crc, byte b)
    {
        crc ^= b;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        return crc;
    }
}
