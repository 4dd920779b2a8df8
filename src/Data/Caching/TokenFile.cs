using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using System.Text;
using MolEngine.Data.Records;

namespace MolEngine.Data.Caching;

/// <summary>
/// All documents of a corpus as tokens, in file order, ends included: a file that is mapped, so that a corpus may be
/// larger than memory. See <see cref="TokenFileLayout"/>.
/// </summary>
internal sealed class TokenFile : TokenStore, IDisposable
{
    private readonly TokenFileLayout _layout;
    private readonly MemoryMappedViewAccessor _view;
    private readonly FileStream? _kept;

    private TokenFile(
        TokenFileLayout layout, ReadingFacts facts, MemoryMappedViewAccessor view, FileStream? kept)
    {
        _layout = layout;
        _view = view;
        _kept = kept;
        Facts = facts;
    }

    public override int Documents => (int)_layout.Documents;

    /// <summary>How the records were read.</summary>
    public ReadingFacts Facts { get; }

    /// <summary>Maps a file; null where it is not whole or not one of ours. Every byte of it is read once.</summary>
    /// <param name="file">May be closed and deleted afterwards.</param>
    public static TokenFile? Open(FileStream file)
    {
        try
        {
            return IsWhole(file) ? Map(file, kept: null) : null;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Maps a file that was just written, as it is.</summary>
    /// <param name="file">Closed with what is made of it.</param>
    /// <exception cref="IOException">It cannot be mapped.</exception>
    public static TokenFile OfOwn(FileStream file)
    {
        file.Flush();
        return Map(file, file);
    }

    public override void ReadStarts(int first, Span<long> starts)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)first + starts.Length, _layout.Documents + 1);
        Read(_layout.Starts + (sizeof(long) * (long)first), starts);
    }

    public override void Read(long start, Span<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + tokens.Length, _layout.Tokens);
        Read(_layout.Ids + (sizeof(int) * start), tokens);
    }

    /// <summary>The hash of each document's text.</summary>
    public ulong[] Hashes()
    {
        ulong[] hashes = new ulong[Documents];
        Read<ulong>(_layout.Hashes, hashes);
        return hashes;
    }

    /// <summary>Whether each document is a dialogue.</summary>
    public bool[] Dialogues()
    {
        bool[] dialogues = new bool[Documents];
        Read<bool>(_layout.Dialogues, dialogues);
        return dialogues;
    }

    public void Dispose()
    {
        _view.Dispose();
        _kept?.Dispose();
    }

    private static TokenFile Map(FileStream file, FileStream? kept)
    {
        using var reader = new BinaryReader(file, Encoding.UTF8, leaveOpen: true);
        file.Position = file.Length - TokenFileLayout.Digest - TokenFileLayout.Sizes;
        var layout = new TokenFileLayout(reader.ReadInt64(), reader.ReadInt64());
        file.Position = layout.Skipped;
        long skippedCount = reader.ReadInt64();
        var skipped = new SkippedRecord[reader.ReadInt32()];
        for (int i = 0; i < skipped.Length; i++)
            skipped[i] = new(reader.ReadInt32(), reader.ReadInt64(), reader.ReadString());
        string[] notes = new string[reader.ReadInt32()];
        for (int i = 0; i < notes.Length; i++)
            notes[i] = reader.ReadString();
        long characters = reader.ReadInt64();
        var shapes = new ShapeCount[reader.ReadInt32()];
        for (int i = 0; i < shapes.Length; i++)
            shapes[i] = new(reader.ReadString(), reader.ReadInt64());
        using var mapped = MemoryMappedFile.CreateFromFile(
            file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor view = mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        return new TokenFile(layout, new(skippedCount, skipped, notes, characters, shapes), view, kept);
    }

    /// <summary>Whether a file begins as ours do and ends with the digest of all before.</summary>
    private static bool IsWhole(FileStream file)
    {
        long left = file.Length - TokenFileLayout.Digest;
        if (left < TokenFileLayout.Magic.Length)
            return false;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        file.Position = 0;
        for (int read; left > 0; left -= read)
        {
            read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0)
                return false;
            hash.AppendData(buffer, 0, read);
        }

        Span<byte> digest = stackalloc byte[TokenFileLayout.Digest];
        Span<byte> magic = stackalloc byte[TokenFileLayout.Magic.Length];
        file.ReadExactly(digest);
        file.Position = 0;
        file.ReadExactly(magic);
        return digest.SequenceEqual(hash.GetHashAndReset()) && magic.SequenceEqual(TokenFileLayout.Magic);
    }

    private void Read<T>(long offset, Span<T> values)
        where T : unmanaged => _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(_view.PointerOffset + offset), values);
}
