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
    /// <summary>A step works with the layouts of one micro-batch; the next one's may be made meanwhile.</summary>
    private const int Kept = 4;

    private const int SmallestBytes = 256;

    private readonly List<Entry> _entries = [];

    /// <summary>Of layouts that have left: what was queued on it runs before whatever is written there next.</summary>
    private readonly List<DeviceMemory> _spare = [];

    public long Bytes =>
        _entries.SelectMany(e => e.Tables.Values.Select(t => t.Memory)).Concat(_spare).Sum(m => (long)m.Bytes);

    /// <summary>A table of a layout, and its number of integers.</summary>
    /// <param name="name">Tells the layout's tables apart.</param>
    /// <param name="make">Called where there is none yet: a pure function of the layout.</param>
    public (DeviceMemory Memory, int Count) For<T>(T layout, string name, Func<T, int[]> make)
        where T : class
    {
        Entry entry = EntryOf(layout);
        if (entry.Tables.TryGetValue(name, out (DeviceMemory Memory, int Count) table))
            return table;
        int[] values = make(layout);
        DeviceMemory memory = MemoryOf(values.Length * sizeof(int));
        copies.Upload(MemoryMarshal.AsBytes<int>(values), memory.Address);
        return entry.Tables[name] = (memory, values.Length);
    }

    public void Dispose()
    {
        stream.Drain();
        foreach (DeviceMemory memory in _entries.SelectMany(e => e.Tables.Values.Select(t => t.Memory)).Concat(_spare))
            memory.Dispose();
        _entries.Clear();
        _spare.Clear();
    }

    /// <summary>Sizes are powers of two, so that pieces serve one layout after the other.</summary>
    private DeviceMemory MemoryOf(int bytes)
    {
        var size = (nuint)BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, SmallestBytes));
        int at = _spare.FindIndex(m => m.Bytes == size);
        if (at < 0)
            return new DeviceMemory(context, "table of a layout", size);
        DeviceMemory memory = _spare[at];
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
            _spare.AddRange(_entries[0].Tables.Values.Select(t => t.Memory));
            _entries.RemoveAt(0);
        }

        _entries.Add(entry);
        return entry;
    }

    private sealed class Entry(object layout)
    {
        public object Layout => layout;

        public Dictionary<string, (DeviceMemory Memory, int Count)> Tables { get; } = [];
    }
}
