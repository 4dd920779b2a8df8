using System.Numerics;
using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>
/// Tables of integers that kernels need of a <see cref="SequenceLayout"/> or <see cref="PagedLayout"/>: made on the
/// host once for a layout and kept on the device while it is among the last few in use.
/// </summary>
internal sealed class LayoutTables(CudaContext context, CudaStream stream, StagedCopies copies) : IDisposable
{
    private readonly DeviceSlabs _slabs = new(context, stream, "tables of layouts");

    /// <summary>A step works with the layouts of one micro-batch; the next one's may be made meanwhile.</summary>
    private const int Kept = 4;

    private const int SmallestBytes = 256;

    private readonly List<Entry> _entries = [];

    /// <summary>Of layouts that have left: what was queued on it runs before whatever is written there next.</summary>
    private readonly List<(ulong Address, uint Bytes)> _spare = [];

    public long Bytes => _entries.SelectMany(e => e.Tables.Values).Sum(t => t.Bytes) + _spare.Sum(m => m.Bytes);

    /// <summary>The address of a layout's table, and its number of integers.</summary>
    /// <param name="name">Tells the layout's tables apart.</param>
    /// <param name="make">Called where there is none yet: a pure function of the layout.</param>
    public (ulong Address, int Count) For<T>(T layout, string name, Func<T, int[]> make)
        where T : class
    {
        Entry entry = EntryOf(layout);
        if (entry.Tables.TryGetValue(name, out Table table))
            return (table.Address, table.Count);
        int[] values = make(layout);
        (ulong address, uint bytes) = MemoryOf(values.Length * sizeof(int));
        copies.Upload(MemoryMarshal.AsBytes<int>(values), address);
        entry.Tables[name] = new Table(address, bytes, values.Length);
        return (address, values.Length);
    }

    public void Dispose()
    {
        stream.Drain();
        _slabs.Dispose();
        _entries.Clear();
        _spare.Clear();
    }

    /// <summary>Sizes are powers of two, so that pieces serve one layout after the other.</summary>
    private (ulong Address, uint Bytes) MemoryOf(int bytes)
    {
        uint size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, SmallestBytes));
        int at = _spare.FindIndex(m => m.Bytes == size);
        if (at < 0)
            return (_slabs.Take("table of a layout", size), size);
        (ulong Address, uint Bytes) memory = _spare[at];
        _spare.RemoveAt(at);
        return memory;
    }

    /// <summary>The newest last; the oldest leaves when there are too many.</summary>
    private Entry EntryOf(object layout)
    {
        int at = _entries.FindIndex(e => ReferenceEquals(e.Layout, layout));
        Entry entry = at < 0 ? new Entry(layout) : _entries[at];
        if (at == _entries.Count - 1 && at >= 0)
            return entry;
        if (at >= 0)
            _entries.RemoveAt(at);
        if (_entries.Count == Kept)
        {
            _spare.AddRange(_entries[0].Tables.Values.Select(t => (t.Address, t.Bytes)));
            _entries.RemoveAt(0);
        }

        _entries.Add(entry);
        return entry;
    }

    private sealed class Entry(object layout)
    {
        public object Layout => layout;

        public Dictionary<string, Table> Tables { get; } = [];
    }

    private readonly record struct Table(ulong Address, uint Bytes, int Count);
}
