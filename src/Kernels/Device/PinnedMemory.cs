using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>
/// Host memory that the device reads and writes itself: the only kind from which a copy runs beside other work.
/// </summary>
public sealed unsafe class PinnedMemory(CudaContext context, nuint bytes)
    : CudaResource(context, driver => Create(driver, bytes))
{
    public nuint Bytes { get; } = bytes;

    /// <summary>The memory; a copy that is queued on a stream may still use it.</summary>
    public Span<T> Span<T>()
        where T : unmanaged => new((void*)Value, checked((int)(Bytes / (nuint)sizeof(T))));

    private protected override void ReleaseIn(ICudaDriver driver, nint native) => driver.cuMemFreeHost(native);

    private static nint Create(ICudaDriver driver, nuint bytes)
    {
        driver.Check(driver.cuMemHostAlloc(
            out nint address, bytes, CUmemhostalloc_flags.CU_MEMHOSTALLOC_PORTABLE));
        return address;
    }
}
