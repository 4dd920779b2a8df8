using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>An arena that the device works in. Zeros are written in the stream's order.</summary>
/// <param name="isOffloaded">In pinned memory of the host, which kernels reach across the bus.</param>
internal sealed class DeviceArena(string name, CudaContext context, CudaStream stream, bool isOffloaded = false)
    : Arena(name)
{
    private readonly List<CudaResource> _memory = [];

    public override bool IsOnDevice => true;

    public override bool IsOffloaded => isOffloaded;

    protected override nint AllocateBytes(string name, long bytes)
    {
        (CudaResource memory, ulong address) = Create(name, (nuint)bytes);
        _memory.Add(memory);
        stream.Zero(address, (nuint)bytes);
        return (nint)address;
    }

    protected override void Free()
    {
        stream.Drain();
        foreach (CudaResource memory in _memory)
            memory.Dispose();
        _memory.Clear();
    }

    private (CudaResource Memory, ulong Address) Create(string name, nuint bytes)
    {
        if (isOffloaded)
        {
            var pinned = new PinnedMemory(context, name, bytes, isMapped: true);
            return (pinned, pinned.Address);
        }

        var memory = new DeviceMemory(context, name, bytes);
        return (memory, memory.Address);
    }
}
