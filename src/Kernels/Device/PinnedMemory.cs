using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>
/// Host memory that the device reads and writes itself: the only kind from which a copy runs beside other work.
/// </summary>
/// <param name="name">What it is for: shown in errors, and told to a driver that reports by name.</param>
/// <param name="isMapped">Kernels work in it, across the bus, under the same address as the host's.</param>
/// <exception cref="OutOfMemoryException">The host does not give so much.</exception>
public sealed unsafe class PinnedMemory(CudaContext context, string name, nuint bytes, bool isMapped = false)
    : CudaResource(context, driver => Create(driver, name, bytes, isMapped))
{
    public nuint Bytes { get; } = bytes;

    /// <summary>Of the first byte, for the host and, by unified addressing, for the device.</summary>
    public ulong Address => (ulong)Value;

    /// <summary>The memory; a copy that is queued on a stream may still use it.</summary>
    public Span<T> Span<T>()
        where T : unmanaged => new((void*)Value, checked((int)(Bytes / (nuint)sizeof(T))));

    private protected override void ReleaseIn(ICudaDriver driver, nint native) => driver.cuMemFreeHost(native);

    private static nint Create(ICudaDriver driver, string name, nuint bytes, bool isMapped)
    {
        CUmemhostalloc_flags flags = CUmemhostalloc_flags.CU_MEMHOSTALLOC_PORTABLE
            | (isMapped ? CUmemhostalloc_flags.CU_MEMHOSTALLOC_DEVICEMAP : 0);
        CUresult result = driver.cuMemHostAlloc(out nint address, bytes, flags);
        if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY)
            throw new OutOfMemoryException($"no pinned host memory for {name}: expected {bytes} bytes free");
        driver.Check(result, $"cuMemHostAlloc({name}, {bytes} bytes)");
        if (isMapped)
            (driver as IAllocationNames)?.NameAllocation((ulong)address, bytes, name);
        return address;
    }
}
