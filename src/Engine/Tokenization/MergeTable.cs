namespace MolEngine.Engine.Tokenization;

/// <summary>
/// The merges of a BPE model: (left id, right id) -> rank -> merged id. An open-addressing table (linear probing, at
/// most half full), immutable once built; pairs of low ids, where the bytes lie, are looked up directly.
/// </summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that never merges: above all ranks.</summary>
    public const int None = int.MaxValue;

    // 400 KiB: the bytes' ids with some special tokens before them. Most lookups are of two bytes, and miss the large
    // table's cache.
    private const int LowIds = 320;
    private const ulong Empty = ulong.MaxValue;

    private readonly int[] _lowRanks = new int[LowIds * LowIds];
    private readonly ulong[] _keys;
    private readonly int[] _ranks;
    private readonly int[] _merged;
    private readonly int _shift;

    /// <param name="merges">In order of rank. A pair given twice keeps its last rank, as in the tokenizers
    /// library.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Merged)> merges)
    {
        int bits = 4;
        while (1 << bits < merges.Count * 2)
            bits++;
        _shift = 64 - bits;
        _keys = new ulong[1 << bits];
        _ranks = new int[1 << bits];
        _merged = new int[merges.Count];
        Array.Fill(_keys, Empty);
        Array.Fill(_ranks, None);
        Array.Fill(_lowRanks, None);
        for (int rank = 0; rank < merges.Count; rank++)
        {
            (int left, int right, _merged[rank]) = merges[rank];
            int slot = Slot(Key(left, right));
            _keys[slot] = Key(left, right);
            _ranks[slot] = rank;
            if (left < LowIds && right < LowIds)
                _lowRanks[left * LowIds + right] = rank;
        }
    }

    /// <summary>The rank of a pair; <see cref="None"/> where it does not merge.</summary>
    public int Rank(int left, int right) =>
        left < LowIds && right < LowIds ? _lowRanks[left * LowIds + right] : _ranks[Slot(Key(left, right))];

    /// <summary>The id that the pair of a rank merges to.</summary>
    public int Merged(int rank) => _merged[rank];

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    /// <summary>The slot of a key, or the empty one where it belongs.</summary>
    private int Slot(ulong key)
    {
        ulong[] keys = _keys;
        // Fibonacci hashing of both ids, each with a multiplier of its own.
        int slot = (int)(((key * 0x9E3779B97F4A7C15) ^ ((key >> 32) * 0xC2B2AE3D27D4EB4F)) >> _shift);
        while (keys[slot] != key && keys[slot] != Empty)
            slot = (slot + 1) & (keys.Length - 1);
        return slot;
    }
}
