namespace MolEngine.Kernels.Device;

/// <summary>
/// How a driver gives device memory out: in pages of 2 MiB, which is the granularity that
/// cuMemGetAllocationGranularity answers on every GPU from compute capability 8.0 on, and what PyTorch rounds its
/// requests of cudaMalloc to (CUDACachingAllocator: kSmallBuffer, kRoundLarge). NVIDIA does not say which small
/// allocations share a page; an account that gives each its own is never too low.
/// </summary>
public static class DevicePages
{
    /// <summary>Of a page.</summary>
    public const long Bytes = 2L << 20;

    /// <summary>What an allocation takes.</summary>
    public static long Round(long bytes) => checked(bytes + Bytes - 1) / Bytes * Bytes;
}
