namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// A warp's cp.async copies that are under way. They land as late as the hardware may: when their lane waits for them.
/// </summary>
internal sealed unsafe class AsyncCopies
{
    private readonly List<AsyncCopy> _copies = [];
    private readonly int[] _openGroup = new int[Warp.Lanes];

    public void Clear()
    {
        _copies.Clear();
        Array.Clear(_openGroup);
    }

    public void Add(int pc, int lane, int destination, nint source, int bytes, int sourceBytes) =>
        _copies.Add(new AsyncCopy(pc, lane, destination, source, bytes, sourceBytes, _openGroup[lane]));

    public void Commit(uint lanes)
    {
        for (int lane = 0; lane < Warp.Lanes; lane++)
            _openGroup[lane] += (int)(lanes >> lane & 1);
    }

    /// <summary>Lands what the lanes wait for: all but their newest <paramref name="left"/> committed groups.</summary>
    /// <param name="left">Negative: everything, committed or not.</param>
    public void Wait(Warp warp, uint lanes, int left)
    {
        Span<byte> data = stackalloc byte[16];
        int kept = 0;
        for (int i = 0; i < _copies.Count; i++)
        {
            AsyncCopy copy = _copies[i];
            bool lands = (lanes >> copy.Lane & 1) != 0 && (left < 0 || copy.Group < _openGroup[copy.Lane] - left);
            if (!lands)
            {
                _copies[kept++] = copy;
                continue;
            }

            Span<byte> bytes = data[..copy.Bytes];
            bytes.Clear();
            new ReadOnlySpan<byte>((void*)copy.Source, copy.SourceBytes).CopyTo(bytes);
            warp.Block.Shared.Land(warp, copy.Lane, copy.Pc, copy.Destination, bytes);
        }

        _copies.RemoveRange(kept, _copies.Count - kept);
    }

    /// <summary>Nobody can wait any more for what these lanes copied: its destination stays unreadable.</summary>
    public void Exit(uint lanes) => _copies.RemoveAll(c => (lanes >> c.Lane & 1) != 0);
}
