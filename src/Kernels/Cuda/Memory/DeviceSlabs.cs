using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>
/// Memory that a device works in, in slabs of whole pages: pieces of them are given out, zeroed in the stream's order,
/// and all freed together. A thousand tensors are a few allocations, which cost what they hold, and are cleared at
/// once.
/// </summary>
/// <param name="name">What the slabs are called.</param>
/// <param name="isOffloaded">In pinned memory of the host, which kernels reach across the bus.</param>
internal sealed class DeviceSlabs(CudaContext context, CudaStream stream, string name, bool isOffloaded = false)
    : IDisposable
{
    /// <summary>
    /// Where nobody said how much will follow, a slab is a sixteenth of what there is, and no more than this: what is
    /// left of the last one is lost.
    /// </summary>
    private const long LargestStep = 16L << 20;

    private const int Share = 16;

    private readonly List<Slab> _slabs = [];
    private long _expected;

    /// <summary>Of all slabs.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// So much more will be taken next (<see cref="Arena.PieceBytes"/> of each piece): one slab, if there is the memory
    /// for one.
    /// </summary>
    public void Expect(long bytes) => _expected += bytes;

    /// <summary>Address of a piece of zeros, a multiple of 256.</summary>
    /// <param name="piece">What it is for.</param>
    /// <exception cref="OutOfMemoryException">There is no memory for it.</exception>
    public ulong Take(string piece, long bytes)
    {
        long room = Arena.PieceBytes(bytes);
        Slab slab = _slabs.Find(s => s.Size - s.Used >= room) ?? Add(room);
        ulong offset = (ulong)slab.Used;
        ulong address = (context.Driver as IAllocationPieces)?.Divide(slab.Address, offset, (ulong)bytes, piece)
            ?? slab.Address + offset;
        slab.Pieces.Add((address, (long)offset, bytes));
        slab.Used += room;
        _expected = Math.Max(0, _expected - room);
        return address;
    }

    /// <summary>
    /// Queues setting tensors to zero: what lies side by side at once, parts of pieces and foreign memory each by
    /// itself.
    /// </summary>
    public void Zero(IEnumerable<Tensor> tensors)
    {
        var left = new Dictionary<ulong, long>();
        foreach (Tensor tensor in tensors)
            left[(ulong)tensor.Address] = Math.Max(tensor.Bytes, left.GetValueOrDefault((ulong)tensor.Address));
        foreach (Slab slab in _slabs)
            Zero(slab, left);
        foreach ((ulong address, long bytes) in left.Where(l => l.Value > 0))
            stream.Zero(address, (nuint)bytes);
    }

    public void Dispose()
    {
        foreach (Slab slab in _slabs)
            slab.Memory.Dispose();
        _slabs.Clear();
        Bytes = 0;
    }

    /// <summary>Whole pieces that are wanted leave the list.</summary>
    private void Zero(Slab slab, Dictionary<ulong, long> wanted)
    {
        (long from, long to) = (0, 0);
        foreach ((ulong address, long offset, long bytes) in slab.Pieces)
        {
            // A tensor without elements has a byte.
            if (wanted.TryGetValue(address, out long asked) && Math.Max(asked, 1) == bytes)
            {
                wanted.Remove(address);
                (from, to) = (to == 0 ? offset : from, offset + bytes);
                continue;
            }

            Queue();
        }

        Queue();

        void Queue()
        {
            if (to > 0)
                stream.Zero(slab.Address + (ulong)from, (nuint)(to - from));
            (from, to) = (0, 0);
        }
    }

    private Slab Add(long room)
    {
        long least = DevicePages.Round(room);
        long wanted = DevicePages.Round(Math.Max(Math.Max(room, _expected), Math.Min(Bytes / Share, LargestStep)));
        Slab slab;
        try
        {
            slab = Create(wanted);
        }
        catch (OutOfMemoryException) when (wanted > least)
        {
            _expected = 0;
            slab = Create(least);
        }

        _slabs.Add(slab);
        Bytes += slab.Size;
        stream.Zero(slab.Address, (nuint)slab.Size);
        return slab;
    }

    private Slab Create(long size)
    {
        if (isOffloaded)
        {
            var pinned = new PinnedMemory(context, name, (nuint)size, isMapped: true);
            return new Slab(pinned, pinned.Address, size);
        }

        var memory = new DeviceMemory(context, name, (nuint)size);
        return new Slab(memory, memory.Address, size);
    }

    private sealed class Slab(CudaResource memory, ulong address, long size)
    {
        public CudaResource Memory => memory;

        public ulong Address => address;

        public long Size => size;

        public long Used { get; set; }

        /// <summary>In the order of their offsets.</summary>
        public List<(ulong Address, long Offset, long Bytes)> Pieces { get; } = [];
    }
}
