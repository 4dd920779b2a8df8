namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// Vector clocks of a block's warps. What warp w did in its epoch e happened before now, as warp v sees it, where
/// At(v, w) is at least e.
/// </summary>
internal sealed unsafe class Clocks
{
    public const int MaxWarps = 32;

    private readonly uint[] _clocks = GC.AllocateArray<uint>(MaxWarps * MaxWarps, pinned: true);
    private readonly uint[] _joined = new uint[MaxWarps];
    private readonly uint[] _settled = new uint[MaxWarps];

    /// <summary>Each warp begins in its epoch 1 and has seen nothing of the others.</summary>
    public void Clear()
    {
        Array.Clear(_clocks);
        Array.Clear(_settled);
        for (int warp = 0; warp < MaxWarps; warp++)
            _clocks[(warp * MaxWarps) + warp] = 1;
    }

    /// <summary>
    /// An epoch such that whatever any warp did in it, or before, happened before this warp's next access.
    /// </summary>
    public uint Settled(int warp) => _settled[warp];

    public uint Epoch(int warp) => _clocks[(warp * MaxWarps) + warp];

    /// <summary>A warp's whole clock; it stays where it is.</summary>
    public uint* Of(int warp) =>
        (uint*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _clocks[warp * MaxWarps]);

    /// <summary>A new epoch: the warp's lanes have met.</summary>
    public void Advance(int warp) => _clocks[(warp * MaxWarps) + warp]++;

    /// <summary>
    /// All that arrived give their clocks; those that waited (not bar.arrive) take what was given.
    /// </summary>
    public void Join(List<(Warp Warp, BarrierOperation Operation)> arrived)
    {
        Array.Clear(_joined);
        foreach ((Warp warp, _) in arrived)
        {
            uint* clock = Of(warp.Index);
            for (int i = 0; i < MaxWarps; i++)
                _joined[i] = Math.Max(_joined[i], clock[i]);
        }

        foreach ((Warp warp, BarrierOperation operation) in arrived)
        {
            if (operation.Kind != BarrierKind.Arrive)
                _joined.AsSpan().CopyTo(_clocks.AsSpan(warp.Index * MaxWarps));
            Advance(warp.Index);
            _settled[warp.Index] = Least(warp);
        }
    }

    /// <summary>The least that a warp has seen of any, its own last epoch included.</summary>
    private uint Least(Warp warp)
    {
        uint* clock = Of(warp.Index);
        uint least = clock[warp.Index] - 1;
        for (int i = 0; i < warp.Block.WarpCount; i++)
            least = Math.Min(least, clock[i]);
        return least;
    }
}
