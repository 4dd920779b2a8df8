using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>An arena in device memory. Zeros are written in the stream's order.</summary>
internal sealed class DeviceArena(string name, CudaContext context, CudaStream stream) : Arena(name)
{
    private readonly List<DeviceMemory> _memory = [];

    public override bool IsOnDevice => true;

    protected override nint AllocateBytes(string name, long bytes)
    {
        var memory = new DeviceMemory(context, name, (nuint)bytes);
        _memory.Add(memory);
        memory.Zero(stream);
        return (nint)memory.Address;
    }

    protected override void Free()
    {
        stream.Drain();
        foreach (DeviceMemory memory in _memory)
            memory.Dispose();
        _memory.Clear();
    }
}
