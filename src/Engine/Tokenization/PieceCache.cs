using System.Buffers.Binary;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// The ids of short pieces met before: direct-mapped, of fixed size, one for each concurrent encoder. Pieces of up to
/// 15 bytes (nearly all words) are their own exact key; those of more than four tokens are not kept.
/// </summary>
internal sealed class PieceCache
{
    public const int MaxPiece = 15;
    public const int MaxTokens = 4;
    private const int Bits = 15;

    // An empty slot has Low = High = 0: no piece has the key 0, as High holds the length.
    private readonly Entry[] _entries = new Entry[1 << Bits];

    /// <summary>The key of the piece [start, start + length) of text; length is 1 to <see cref="MaxPiece"/>.</summary>
    public static PieceKey Key(ReadOnlySpan<byte> text, int start, int length)
    {
        ulong low, high;
        if (start + 16 <= text.Length)
        {
            low = BinaryPrimitives.ReadUInt64LittleEndian(text[start..]);
            high = BinaryPrimitives.ReadUInt64LittleEndian(text[(start + 8)..]);
        }
        else
        {
            Span<byte> padded = stackalloc byte[16];
            padded.Clear();
            text.Slice(start, length).CopyTo(padded);
            low = BinaryPrimitives.ReadUInt64LittleEndian(padded);
            high = BinaryPrimitives.ReadUInt64LittleEndian(padded[8..]);
        }

        if (length < 8)
            return new PieceKey(low & ((1UL << (8 * length)) - 1), (ulong)length << 56);
        return new PieceKey(low, (high & ((1UL << (8 * (length - 8))) - 1)) | ((ulong)length << 56));
    }

    /// <summary>Appends the ids of a piece met before; false where it is not here.</summary>
    public bool TryAppend(PieceKey key, List<int> ids)
    {
        ref Entry entry = ref _entries[key.Slot(Bits)];
        if (entry.Key != key)
            return false;
        ids.Add(entry.First);
        if (entry.Count > 1)
            AppendRest(ref entry, ids);
        return true;
    }

    public void Store(PieceKey key, ReadOnlySpan<int> ids)
    {
        if (ids.Length is 0 or > MaxTokens)
            return;
        ref Entry entry = ref _entries[key.Slot(Bits)];
        entry.Key = key;
        entry.Count = ids.Length;
        entry.First = ids[0];
        entry.Second = ids.Length > 1 ? ids[1] : 0;
        entry.Third = ids.Length > 2 ? ids[2] : 0;
        entry.Fourth = ids.Length > 3 ? ids[3] : 0;
    }

    private static void AppendRest(ref Entry entry, List<int> ids)
    {
        ids.Add(entry.Second);
        if (entry.Count > 2)
            ids.Add(entry.Third);
        if (entry.Count > 3)
            ids.Add(entry.Fourth);
    }

    private struct Entry
    {
        public PieceKey Key;
        public int Count, First, Second, Third, Fourth;
    }
}

/// <summary>A piece of up to 15 bytes, little-endian, its length in the top byte.</summary>
internal readonly record struct PieceKey(ulong Low, ulong High)
{
    public int Slot(int bits)
    {
        ulong low = (Low ^ (Low >> 29)) * 0x9E3779B97F4A7C15;
        ulong high = (High ^ (High >> 31)) * 0xC2B2AE3D27D4EB4F;
        return (int)((low ^ high) >> (64 - bits));
    }
}
