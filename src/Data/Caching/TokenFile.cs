using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MolEngine.Data.Records;

namespace MolEngine.Data.Caching;

/// <summary>
/// All documents of a corpus as tokens, in file order, ends included: a file that is read where it is asked for, so
/// that a corpus may be larger than memory. It is not mapped: pages of a mapping would count as the process' own, and a
/// file that is cut short beneath would end the process. See <see cref="TokenFileLayout"/>.
/// </summary>
internal sealed class TokenFile : TokenStore, IDisposable
{
    /// <summary>Bytes that are asked of the system at once, at most.</summary>
    private const int LargestRead = 1 << 24;

    private readonly TokenFileLayout _layout;
    private readonly SafeFileHandle _file;
    private readonly string _name;
    private readonly FileStream? _kept;

    /// <param name="kept">The stream that owns <paramref name="file"/>; null where that is open for itself.</param>
    private TokenFile(
        TokenFileLayout layout, ReadingFacts facts, SafeFileHandle file, string name, FileStream? kept)
    {
        _layout = layout;
        _file = file;
        _name = name;
        _kept = kept;
        Facts = facts;
    }

    public override int Documents => (int)_layout.Documents;

    /// <summary>How the records were read.</summary>
    public ReadingFacts Facts { get; }

    /// <summary>Opens a file; null where it is not whole or not one of ours. Every byte of it is read once.</summary>
    /// <param name="file">May be closed, and its name deleted, afterwards.</param>
    public static TokenFile? Open(FileStream file)
    {
        SafeFileHandle? own = null;
        TokenFile? opened = null;
        try
        {
            own = File.OpenHandle(file.Name, share: FileShare.Read | FileShare.Delete);
            if (IsWhole(file))
                opened = Of(file, own, kept: null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException
            or ArgumentException or OverflowException)
        {
            opened = null;
        }

        if (opened is null)
            own?.Dispose();
        return opened;
    }

    /// <summary>A file that was just written, as it is.</summary>
    /// <param name="file">Closed with what is made of it.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TokenFile OfOwn(FileStream file)
    {
        file.Flush();
        return Of(file, file.SafeFileHandle, file);
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
        _file.Dispose();
        _kept?.Dispose();
    }

    private static TokenFile Of(FileStream file, SafeFileHandle handle, FileStream? kept)
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
        return new TokenFile(layout, new(skippedCount, skipped, notes, characters, shapes), handle, file.Name, kept);
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

    /// <exception cref="UserException">The file is shorter than it was, or cannot be read.</exception>
    private void Read<T>(long offset, Span<T> values)
        where T : unmanaged
    {
        int most = LargestRead / Unsafe.SizeOf<T>();
        for (; values.Length > most; values = values[most..], offset += LargestRead)
            Fill(offset, MemoryMarshal.AsBytes(values[..most]));
        Fill(offset, MemoryMarshal.AsBytes(values));
    }

    private void Fill(long offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int read = ReadSome(bytes, offset);
            offset += read;
            bytes = bytes[read..];
        }
    }

    private int ReadSome(Span<byte> bytes, long offset)
    {
        try
        {
            int read = RandomAccess.Read(_file, bytes, offset);
            return read > 0 ? read : throw new EndOfStreamException($"its end at byte {offset}");
        }
        catch (IOException e)
        {
            throw new UserException(
                $"{_name}: tokens of a corpus: expected a file that stays as it was written, got {e.Message}. Start "
                    + "again: they are made anew", e);
        }
    }
}
