using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Planning;

namespace MolEngine.Trainer.Planning;

/// <summary>
/// Adds up what a device has to do, and the least time that it needs: each product and each kernel takes its arithmetic
/// or its memory, whichever is longer (Williams, Waterman and Patterson 2009, "Roofline").
/// </summary>
internal sealed class WorkCount(GpuModel device) : IWorkMeter
{
    public Work Sum { get; private set; }

    public void Launch(string kernel, long bytes, long linkBytes)
    {
        double here = (bytes - linkBytes) / device.MemoryBandwidth;

        // Both ways at the same time.
        double link = linkBytes == 0 ? 0 : linkBytes / 2.0 / device.LinkBandwidth;
        Sum += new Work(0, bytes, 0, Math.Max(here, link));
    }

    public void Product(int m, int n, int k, long bytes)
    {
        double flops = 2.0 * m * n * k;
        Sum += new Work(flops, 0, Math.Max(flops / device.Bf16Flops, bytes / device.MemoryBandwidth), 0);
    }
}
