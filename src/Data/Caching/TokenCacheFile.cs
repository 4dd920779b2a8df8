using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MolEngine.Data.Files;

namespace MolEngine.Data.Caching;

/// <summary>
/// An entry's bytes, little-endian: "MOLTOKS2", documents, tokens, skipped records (count, those named),
/// borders [documents + 1] of int32, hashes [documents] of uint64, dialogues [documents] of bool, ids [tokens] of int32, SHA-256 of all before.
/// </summary>
internal static class TokenCacheFile
{
    private const int Chunk = 1 << 22;

    private static ReadOnlySpan<byte> Magic => "MOLTOKS2"u8;

    public static void Write(Stream stream, TokenizedCorpus corpus)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var header = new MemoryStream();
        using (var writer = new BinaryWriter(header, Encoding.UTF8))
        {
            writer.Write(Magic);
            writer.Write(corpus.Tokens.Documents);
            writer.Write(corpus.Tokens.Tokens);
            writer.Write(corpus.SkippedCount);
            writer.Write(corpus.Skipped.Count);
            foreach (SkippedRecord record in corpus.Skipped)
            {
                writer.Write(record.File);
                writer.Write(record.Line);
                writer.Write(record.Detail);
            }

            writer.Flush();
            Put(header.ToArray());
        }

        Put(MemoryMarshal.AsBytes(corpus.Tokens.Starts));
        Put(MemoryMarshal.AsBytes<ulong>(corpus.Hashes));
        Put(MemoryMarshal.AsBytes<bool>(corpus.Dialogues));
        for (ReadOnlyMemory<int> rest = corpus.Tokens.All; !rest.IsEmpty; rest = rest[Math.Min(Chunk, rest.Length)..])
            Put(MemoryMarshal.AsBytes(rest.Span[..Math.Min(Chunk, rest.Length)]));
        stream.Write(hash.GetHashAndReset());

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }
    }

    /// <summary>An entry; null where it is not whole or not one of ours.</summary>
    public static TokenizedCorpus? Read(Stream stream)
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var hashing = new HashingStream(stream, hash);
            using var reader = new BinaryReader(hashing, Encoding.UTF8, leaveOpen: true);
            TokenizedCorpus? corpus = Read(reader, hashing, stream.Length);
            byte[] computed = hash.GetHashAndReset();
            Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
            stream.ReadExactly(stored);
            bool whole = stored.SequenceEqual(computed) && stream.Position == stream.Length;
            return whole ? corpus : null;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static TokenizedCorpus? Read(BinaryReader reader, Stream stream, long length)
    {
        if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic))
            return null;
        int documents = reader.ReadInt32(), tokens = reader.ReadInt32();
        long skippedCount = reader.ReadInt64();
        int named = reader.ReadInt32();

        // Checked before anything of that size is allocated: the hash is known only at the end.
        long body = (4L * (documents + 1L)) + (9L * documents) + (4L * tokens);
        if (documents < 0 || tokens < 0 || named is < 0 or > SkippedRecords.Named || body > length)
            return null;
        var skipped = new SkippedRecord[named];
        for (int i = 0; i < named; i++)
            skipped[i] = new(reader.ReadInt32(), reader.ReadInt64(), reader.ReadString());
        int[] starts = new int[documents + 1];
        ulong[] hashes = new ulong[documents];
        bool[] dialogues = new bool[documents];
        int[] ids = new int[tokens];
        stream.ReadExactly(MemoryMarshal.AsBytes(starts.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(hashes.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(dialogues.AsSpan()));
        for (int at = 0; at < tokens; at += Chunk)
            stream.ReadExactly(MemoryMarshal.AsBytes(ids.AsSpan(at, Math.Min(Chunk, tokens - at))));
        return TokenStore.Of(ids, starts) is { } store ? new(store, hashes, dialogues, skippedCount, skipped) : null;
    }

    /// <summary>Passes reads on, hashing what comes.</summary>
    private sealed class HashingStream(Stream stream, IncrementalHash hash) : ReadingStream
    {
        public override int Read(Span<byte> buffer)
        {
            int count = stream.Read(buffer);
            hash.AppendData(buffer[..count]);
            return count;
        }
    }
}
