using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Byte-pair encoding of one piece: the pair of the lowest rank merges first, the leftmost where ranks are equal, until
/// no pair merges. Immutable; what changes while encoding lies in <see cref="EncodeScratch"/>.
/// </summary>
internal sealed class BpeModel
{
    // Up to here a scan over all pairs for each merge beats a heap.
    private const int LongestScan = 48;

    private readonly MergeTable _merges;
    private readonly BpeAtoms _atoms;
    private readonly BpeSeams? _seams;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _whole;
    private readonly int _longestWhole;
    private readonly bool _byteLevel;

    /// <param name="vocabulary">Token spelling -> id.</param>
    /// <param name="byteLevel">Whether pieces are bytes spelled in the byte alphabet, or characters.</param>
    /// <param name="seams">Where a piece of characters may be cut; null where it must not.</param>
    /// <param name="ignoreMerges">A piece that is a token as a whole becomes that token, whatever the merges
    /// say.</param>
    public BpeModel(
        Dictionary<string, int> vocabulary, bool byteLevel, BpeAtoms atoms, MergeTable merges, BpeSeams? seams,
        bool ignoreMerges)
    {
        (_merges, _atoms, _seams, _byteLevel) = (merges, atoms, seams, byteLevel);
        _whole = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _longestWhole = ignoreMerges && vocabulary.Count > 0
            ? vocabulary.Keys.Max(k => byteLevel ? k.Length : Encoding.UTF8.GetByteCount(k)) : 0;
    }

    /// <summary>Appends the ids of text[start..end], one piece of the pre-tokenizer.</summary>
    public void Encode(ReadOnlySpan<byte> text, int start, int end, EncodeScratch scratch, List<int> ids)
    {
        if (_seams is null)
        {
            EncodePart(text, start, end, scratch, ids);
            return;
        }

        while (start < end)
        {
            int next = _seams.Next(text, start, end);
            EncodePart(text, start, next, scratch, ids);
            start = next;
        }
    }

    private void EncodePart(ReadOnlySpan<byte> text, int start, int end, EncodeScratch scratch, List<int> ids)
    {
        int length = end - start;
        if (length > PieceCache.MaxPiece)
        {
            EncodeUncached(text[start..end], scratch, ids);
            return;
        }

        if (length == 0)
            return;
        PieceKey key = PieceCache.Key(text, start, length);
        if (scratch.Cache.TryAppend(key, ids))
            return;
        int before = ids.Count;
        EncodeUncached(text[start..end], scratch, ids);
        scratch.Cache.Store(key, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids)[before..]);
    }

    private void EncodeUncached(ReadOnlySpan<byte> piece, EncodeScratch scratch, List<int> ids)
    {
        if (piece.Length <= _longestWhole && TryWhole(piece, out int whole))
        {
            ids.Add(whole);
            return;
        }

        scratch.Reserve(2 * piece.Length);
        Span<int> symbols = scratch.Symbols;
        int count = _atoms.Write(piece, symbols);
        if (count > LongestScan)
            new HeapMerger(_merges, scratch).Merge(count, ids);
        else
            MergeByScan(symbols[..count], scratch.Ranks, ids);
    }

    private bool TryWhole(ReadOnlySpan<byte> piece, out int id)
    {
        // No spelling has more characters than bytes; longer pieces than the longest token were sorted out before.
        Span<char> spelling = piece.Length <= 256 ? stackalloc char[piece.Length] : new char[piece.Length];
        if (!_byteLevel)
            return _whole.TryGetValue(spelling[..Encoding.UTF8.GetChars(piece, spelling)], out id);
        for (int i = 0; i < piece.Length; i++)
            spelling[i] = ByteAlphabet.ToChar(piece[i]);
        return _whole.TryGetValue(spelling, out id);
    }

    /// <summary>ranks[i] is that of (symbols[i], symbols[i + 1]); each merge moves the rest down by one.</summary>
    private void MergeByScan(Span<int> symbols, Span<int> ranks, List<int> ids)
    {
        int count = symbols.Length;
        for (int i = 0; i + 1 < count; i++)
            ranks[i] = _merges.Rank(symbols[i], symbols[i + 1]);
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
            {
                if (ranks[i] < ranks[best])
                    best = i;
            }

            if (ranks[best] == MergeTable.None)
                break;
            symbols[best] = _merges.Merged(ranks[best]);
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            count--;
            if (best + 1 < count)
            {
                ranks[(best + 2)..count].CopyTo(ranks[(best + 1)..]);
                ranks[best] = _merges.Rank(symbols[best], symbols[best + 1]);
            }

            if (best > 0)
                ranks[best - 1] = _merges.Rank(symbols[best - 1], symbols[best]);
        }

        foreach (int symbol in symbols[..count])
            ids.Add(symbol);
    }
}
