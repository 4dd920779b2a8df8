using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Planning;

namespace MolEngine.Trainer.Planning;

/// <summary>
/// Adds up what a device has to do, and the least time that it needs: each product and each kernel takes its arithmetic
/// or its memory, whichever is longer (Williams, Waterman and Patterson 2009, "Roofline").
/// </summary>
internal sealed class WorkCount(GpuModel device) : IWorkMeter
{
    private readonly Dictionary<string, KernelLaunches> _kernels = [];
    private long _products;

    public Work Sum { get; private set; }

    /// <summary>What was queued until now.</summary>
    /// <param name="clears">Fills of memory, by the driver's account.</param>
    public QueuedWork Queued(long clears) => new(_products, clears, new Dictionary<string, KernelLaunches>(_kernels));

    public void Launch(string kernel, long bytes, long linkBytes)
    {
        double here = (bytes - linkBytes) / device.MemoryBandwidth;

        // Both ways at the same time.
        double link = linkBytes == 0 ? 0 : linkBytes / 2.0 / device.LinkBandwidth;
        Sum += new Work(0, bytes, 0, Math.Max(here, link));
        _kernels[kernel] = _kernels.GetValueOrDefault(kernel) + new KernelLaunches(1, bytes);
    }

    public void Product(int m, int n, int k, long bytes, bool isQueued)
    {
        _products += isQueued ? 1 : 0;
        double flops = 2.0 * m * n * k;
        Sum += new Work(flops, 0, Math.Max(flops / device.Bf16Flops, bytes / device.MemoryBandwidth), 0);
    }
}
