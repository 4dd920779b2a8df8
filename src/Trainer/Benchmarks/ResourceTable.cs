using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Launch;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>What kernels take of a multiprocessor, on the architectures that most GPUs have.</summary>
internal sealed class ResourceTable
{
    public static readonly IReadOnlyList<string> Architectures = ["sm_80", "sm_89", "sm_90"];

    private readonly Dictionary<(string Kernel, string Architecture), KernelStatistics> _kernels = [];
    private readonly IReadOnlyList<KernelCounts> _launched;

    private ResourceTable(IReadOnlyList<KernelCounts> launched) => _launched = launched;

    /// <summary>Compiles the sources of kernels that were launched.</summary>
    public static ResourceTable Make(NvrtcCompiler compiler, IReadOnlyList<KernelCounts> launched)
    {
        var table = new ResourceTable([.. launched.DistinctBy(k => k.Kernel)]);
        foreach (KernelSource source in KernelSources.All)
        {
            if (!KernelContract.Of(source).Kernels.Any(k => table._launched.Any(l => l.Kernel == k.Name)))
                continue;
            foreach (string architecture in Architectures)
            {
                foreach (KernelStatistics k in KernelStatistics.Of(compiler, source, architecture).Kernels)
                    table._kernels[(k.Resources.Name, architecture)] = k;
            }
        }

        return table;
    }

    public KernelStatistics? Of(string kernel, string architecture) =>
        _kernels.GetValueOrDefault((kernel, architecture));

    /// <summary>Occupancy of the kernel with the threads and the shared memory of its launch.</summary>
    public Occupancy? Occupancy(KernelCounts launched, string architecture) =>
        Of(launched.Kernel, architecture)?.Occupancy(launched.ThreadsPerBlock, launched.DynamicSharedBytes);

    /// <summary>A line a kernel: registers of a thread, spilled bytes, occupancy; of each architecture.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"{"registers/spilled bytes/occupancy",-34}"
            + string.Concat(Architectures.Select(a => $"{a,18}")) + "  limit";
        foreach (KernelCounts k in _launched)
        {
            IEnumerable<string> cells = Architectures.Select(a => Cell(k, a));
            yield return $"  {k.Kernel,-32}{string.Concat(cells.Select(c => $"{c,18}"))}  "
                + string.Join(", ", Architectures.Select(a => Occupancy(k, a)?.Limit).Distinct());
        }
    }

    private string Cell(KernelCounts launched, string architecture)
    {
        if (Of(launched.Kernel, architecture) is not { } k)
            return "-";
        double? share = Occupancy(launched, architecture)?.Share;
        return $"{k.Resources.Registers}/{k.SpilledBytes}/{100 * share:F0} %";
    }
}
