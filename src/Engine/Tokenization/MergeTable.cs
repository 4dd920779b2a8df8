namespace MolEngine.Engine.Tokenization;

/// <summary>
/// The merges of a BPE model: (left id, right id) -> (rank, merged id), in an open-addressing table (linear probing, at most half
/// full), immutable once built.
/// </summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that never merges: above all ranks.</summary>
    public const int None = int.MaxValue;

    private readonly Entry[] _entries;
    private readonly int _shift;

    /// <param name="merges">In order of rank. A pair given twice keeps its last rank, as in the tokenizers library.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Merged)> merges)
    {
        int bits = 4;
        while (1 << bits < merges.Count * 2)
            bits++;
        _shift = 64 - bits;
        _entries = new Entry[1 << bits];
        Array.Fill(_entries, new Entry { Key = ulong.MaxValue, Rank = None, Merged = -1 });
        for (int rank = 0; rank < merges.Count; rank++)
        {
            (int left, int right, int merged) = merges[rank];
            ulong key = Key(left, right);
            _entries[Slot(key)] = new Entry { Key = key, Rank = rank, Merged = merged };
        }
    }

    /// <summary>The rank of a pair (<see cref="None"/> where it does not merge) and the id that it merges to.</summary>
    public int Rank(int left, int right, out int merged)
    {
        ref Entry entry = ref _entries[Slot(Key(left, right))];
        merged = entry.Merged;
        return entry.Rank;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    /// <summary>The slot of a key, or the empty one where it belongs.</summary>
    private int Slot(ulong key)
    {
        Entry[] entries = _entries;
        // Fibonacci hashing; the two ids are spread over the word first, as they are small.
        int slot = (int)((key * 0x9E3779B97F4A7C15 ^ (key >> 32) * 0xC2B2AE3D27D4EB4F) >> _shift);
        while (entries[slot].Key != key && entries[slot].Key != ulong.MaxValue)
            slot = (slot + 1) & (entries.Length - 1);
        return slot;
    }

    private struct Entry
    {
        public ulong Key;
        public int Rank;
        public int Merged;
    }
}
