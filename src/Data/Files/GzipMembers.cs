using System.IO.Compression;

namespace MolEngine.Data.Files;

/// <summary>Where the members of a gzip file end (RFC 1952): GZipStream does not say.</summary>
/// <param name="file">From its start, and can seek.</param>
internal sealed class GzipMembers(Stream file)
{
    private const int Trailer = 8;
    private const int Chunk = 4096;

    /// <summary>Flags of a header: a checksum of it, further fields, a name, a comment.</summary>
    private const int HasChecksum = 2, HasExtra = 4, HasName = 8, HasComment = 16;

    /// <summary>The offset behind the last member; null where a member is cut off.</summary>
    /// <exception cref="InvalidDataException">The packed data is broken.</exception>
    public long? End()
    {
        long? end = 0;
        while (end is long start && IsMember(start))
            end = EndOf(start);
        return end;
    }

    private bool IsMember(long start)
    {
        file.Position = start;
        return file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
    }

    private long? EndOf(long start)
    {
        file.Position = start;
        SkipHeader();
        long data = file.Position;
        if (data >= file.Length)
            return null;

        // The unpacker takes what it is given and does not tell what it had no use for: once to find the chunk that it
        // ends in, and once to that chunk, from there on byte by byte.
        long about = Unpack(data, long.MaxValue);
        long end = Unpack(data, Math.Max(data, about - Chunk)) + Trailer;
        return end <= file.Length ? end : null;
    }

    /// <summary>Unpacks a member, and gives the offset behind what that took.</summary>
    /// <param name="exactFrom">The offset from which on it takes no more than it needs.</param>
    private long Unpack(long data, long exactFrom)
    {
        file.Position = data;
        using var unpacked = new DeflateStream(new Morsels(file, exactFrom), CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 16];
        while (unpacked.Read(buffer) > 0)
        {
        }

        return file.Position;
    }

    /// <summary>Ends at the file's end where that comes first.</summary>
    private void SkipHeader()
    {
        byte[] header = new byte[10];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            return;
        int flags = header[3];
        if ((flags & HasExtra) != 0)
            file.Position += file.ReadByte() | (file.ReadByte() << 8);
        if ((flags & HasName) != 0)
            SkipText();
        if ((flags & HasComment) != 0)
            SkipText();
        if ((flags & HasChecksum) != 0)
            file.Position += 2;
    }

    private void SkipText()
    {
        while (file.ReadByte() > 0)
        {
        }
    }

    /// <summary>The file in small pieces.</summary>
    private sealed class Morsels(Stream file, long exactFrom) : ReadingStream
    {
        public override int Read(Span<byte> buffer)
        {
            long most = file.Position < exactFrom ? Math.Min(Chunk, exactFrom - file.Position) : 1;
            return file.Read(buffer[..(int)Math.Min(buffer.Length, most)]);
        }
    }
}
