using MolEngine.Kernels.Device;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>An arena that the device works in. Zeros are written in the stream's order.</summary>
internal sealed class DeviceArena : Arena
{
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly DeviceHolders _holders;
    private readonly List<CudaResource> _memory = [];
    private long _held;

    /// <param name="isOffloaded">In pinned memory of the host, which kernels reach across the bus.</param>
    public DeviceArena(
        string name, CudaContext context, CudaStream stream, DeviceHolders holders, bool isOffloaded = false)
        : base(name)
    {
        (_context, _stream, _holders, IsOffloaded) = (context, stream, holders, isOffloaded);
        holders.Add(this, $"arena {name}", () => IsOffloaded ? 0 : _held);
    }

    public override bool IsOnDevice => true;

    public override bool IsOffloaded { get; }

    protected override IEnumerable<(string What, long Bytes)> HeldBeside => IsOffloaded ? [] : _holders.Beside(this);

    protected override nint AllocateBytes(string name, long bytes)
    {
        (CudaResource memory, ulong address) = Create(name, (nuint)bytes);
        _memory.Add(memory);
        _held += bytes;
        _holders.Grown();
        _stream.Zero(address, (nuint)bytes);
        return (nint)address;
    }

    protected override void Free()
    {
        _stream.Drain();
        _holders.Remove(this);
        foreach (CudaResource memory in _memory)
            memory.Dispose();
        _memory.Clear();
    }

    private (CudaResource Memory, ulong Address) Create(string name, nuint bytes)
    {
        if (IsOffloaded)
        {
            var pinned = new PinnedMemory(_context, name, bytes, isMapped: true);
            return (pinned, pinned.Address);
        }

        var memory = new DeviceMemory(_context, name, bytes);
        return (memory, memory.Address);
    }
}
