using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>Ops on the virtual GPU: a call each, and what its kernels did.</summary>
internal sealed class CountedBench : IDisposable
{
    private readonly WorkLog _log = new();
    private readonly List<(string Kernel, LaunchCounters Counters, IReadOnlyList<WorkLog.Entry> Work)> _launches = [];

    public CountedBench()
    {
        Driver = new VirtualCudaDriver(DeviceProfile.Sm80)
        {
            OnLaunch = (kernel, counters) => _launches.Add((kernel, counters, _log.Take())),
        };

        // Whatever is queued runs before the meter is told of more: what it was told last belongs to the next launch.
        _log.BeforeEntry = () => Driver.cuCtxSynchronize();
        Ops = CudaBackend.Create(
            Driver, 0, KernelImages.Carried, DType.BF16, meter: _log);
    }

    public VirtualCudaDriver Driver { get; }

    public Ops Ops { get; }

    /// <summary>Runs a call; its kernels, in the order in which they are first launched.</summary>
    public IReadOnlyList<KernelCounts> Run(BenchCase call)
    {
        Ops.Synchronize();
        _launches.Clear();
        _log.Take();
        call.Run();
        Ops.Synchronize();
        var kernels = new List<KernelCounts>();
        foreach ((string kernel, LaunchCounters counters, IReadOnlyList<WorkLog.Entry> work) in _launches)
        {
            KernelCounts? counts = kernels.Find(k => k.Kernel == kernel);
            if (counts is null)
                kernels.Add(counts = new KernelCounts(call, kernel));
            counts.Add(counters, work.Where(w => w.Kernel is null || w.Kernel == kernel));
        }

        return kernels;
    }

    /// <summary>The driver goes with the ops.</summary>
    public void Dispose() => Ops.Dispose();
}
