using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>What a kernel takes of a multiprocessor, as NVRTC compiles it.</summary>
/// <param name="Threads">Threads of a block, by its launch bounds; null without any.</param>
internal sealed record KernelStatistics(KernelResources Resources, int? Threads)
{
    /// <summary>Of a thread, stored and loaded.</summary>
    public int SpilledBytes => Resources.SpillStoreBytes + Resources.SpillLoadBytes;

    /// <summary>The kernels of a source, by name.</summary>
    /// <param name="architecture">"sm_90".</param>
    /// <exception cref="KernelCompileException">NVRTC refuses the source.</exception>
    public static (CompiledKernel Compiled, IReadOnlyList<KernelStatistics> Kernels) Of(
        NvrtcCompiler compiler, KernelSource source, string architecture)
    {
        CompiledKernel compiled = compiler.Compile(source, new CompileOptions(architecture, Statistics: true));
        Dictionary<string, KernelSignature> signatures = PtxText.Signatures(compiled.Ptx).ToDictionary(s => s.Name);
        return (compiled, [.. PtxasLog.Read(compiled.Log).OrderBy(k => k.Name)
            .Select(k => new KernelStatistics(k, signatures[k.Name].MaxThreads))]);
    }

    /// <summary>How full it makes a multiprocessor; null where its threads are not known.</summary>
    /// <param name="dynamicSharedBytes">Bytes of a block, beside what the kernel declares.</param>
    public Occupancy? Occupancy(int? threads, int dynamicSharedBytes = 0)
    {
        MultiprocessorLimits limits = MultiprocessorLimits.Of(CapabilityOf(Resources.Architecture));
        return threads is null
            ? null
            : Kernels.Launch.Occupancy.Of(
                limits, threads.Value, Resources.Registers, Resources.SharedBytes + dynamicSharedBytes);
    }

    /// <summary>9.0 of sm_90 and of sm_90a.</summary>
    public static ComputeCapability CapabilityOf(string architecture) => ComputeCapability.Of(
        int.Parse(architecture["sm_".Length..].TrimEnd('a', 'f')));
}
