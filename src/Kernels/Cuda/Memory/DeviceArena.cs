using MolEngine.Kernels.Device;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>An arena that the device works in. Zeros are written in the stream's order.</summary>
internal sealed class DeviceArena : Arena
{
    private readonly CudaStream _stream;
    private readonly DeviceHolders _holders;
    private readonly DeviceSlabs _slabs;

    /// <param name="isOffloaded">In pinned memory of the host, which kernels reach across the bus.</param>
    public DeviceArena(
        string name, CudaContext context, CudaStream stream, DeviceHolders holders, bool isOffloaded = false)
        : base(name)
    {
        (_stream, _holders, IsOffloaded) = (stream, holders, isOffloaded);
        _slabs = new DeviceSlabs(context, stream, $"arena {name}", isOffloaded);
        holders.Add(this, $"arena {name}", () => IsOffloaded ? 0 : _slabs.Bytes);
    }

    public override bool IsOnDevice => true;

    public override bool IsOffloaded { get; }

    protected override IEnumerable<(string What, long Bytes)> HeldBeside => IsOffloaded ? [] : _holders.Beside(this);

    /// <summary>Queues setting tensors to zero, what lies side by side at once.</summary>
    public void Zero(IEnumerable<Tensor> tensors) => _slabs.Zero(tensors);

    protected override void Expect(long bytes) => _slabs.Expect(bytes);

    protected override nint AllocateBytes(string name, long bytes)
    {
        ulong address = _slabs.Take(name, bytes);
        _holders.Grown();
        return (nint)address;
    }

    protected override void Free()
    {
        _stream.Drain();
        _holders.Remove(this);
        _slabs.Dispose();
    }
}
