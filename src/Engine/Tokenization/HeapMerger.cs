namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Merges one long piece in n log n: symbols in a doubly linked list, candidate pairs in a binary heap ordered by
/// (rank, position). A candidate is stale, and dropped, where the rank at its position is no longer its own.
/// </summary>
internal readonly ref struct HeapMerger(MergeTable merges, EncodeScratch scratch)
{
    private readonly Span<int> _symbols = scratch.Symbols;
    private readonly Span<int> _ranks = scratch.Ranks;
    private readonly Span<int> _next = scratch.Next;
    private readonly Span<int> _previous = scratch.Previous;
    private readonly PriorityQueue<int, long> _heap = scratch.Heap;

    /// <summary>
    /// Merges the first <paramref name="count"/> symbols of the scratch and appends what is left of them.
    /// </summary>
    public void Merge(int count, List<int> ids)
    {
        _heap.Clear();
        for (int i = 0; i < count; i++)
        {
            _next[i] = i + 1 < count ? i + 1 : -1;
            _previous[i] = i - 1;
        }

        for (int i = 0; i < count; i++)
            Offer(i);
        while (_heap.TryDequeue(out int at, out long priority))
        {
            if (_ranks[at] != (int)(priority >> 32))
                continue;
            int gone = _next[at];
            _symbols[at] = merges.Merged(_ranks[at]);
            _ranks[gone] = MergeTable.None;
            _next[at] = _next[gone];
            if (_next[at] >= 0)
                _previous[_next[at]] = at;
            Offer(at);
            if (_previous[at] >= 0)
                Offer(_previous[at]);
        }

        for (int i = 0; i >= 0; i = _next[i])
            ids.Add(_symbols[i]);
    }

    /// <summary>Looks up the pair that starts at a symbol, and queues it where it merges.</summary>
    private void Offer(int at)
    {
        int next = _next[at];
        _ranks[at] = next < 0 ? MergeTable.None : merges.Rank(_symbols[at], _symbols[next]);
        if (_ranks[at] != MergeTable.None)
            _heap.Enqueue(at, ((long)_ranks[at] << 32) | (uint)at);
    }
}
