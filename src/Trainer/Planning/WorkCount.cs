using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Planning;

namespace MolEngine.Trainer.Planning;

/// <summary>
/// Adds up what a step has to do, and the least time that a device needs for it: each product and each kernel takes its
/// arithmetic or its memory, whichever is longer (Williams, Waterman and Patterson 2009, "Roofline").
/// </summary>
internal sealed class WorkCount(GpuModel device) : IWorkMeter
{
    /// <summary>Floating-point operations of matrix products.</summary>
    public double ProductFlops { get; private set; }

    /// <summary>Bytes that kernels other than products must move.</summary>
    public double KernelBytes { get; private set; }

    /// <summary>Of products, at the device's limits.</summary>
    public double ProductSeconds { get; private set; }

    /// <summary>Of everything else, at the device's bandwidth.</summary>
    public double KernelSeconds { get; private set; }

    public void Launch(string kernel, long bytes)
    {
        KernelBytes += bytes;
        KernelSeconds += bytes / device.MemoryBandwidth;
    }

    public void Product(int m, int n, int k, long bytes)
    {
        double flops = 2.0 * m * n * k;
        ProductFlops += flops;
        ProductSeconds += Math.Max(flops / device.Bf16Flops, bytes / device.MemoryBandwidth);
    }
}
