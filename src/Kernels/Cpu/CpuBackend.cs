using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;

namespace MolEngine.Kernels.Cpu;

/// <summary>Makes the CPU backend at a vector width.</summary>
public static class CpuBackend
{
    /// <param name="level">Vector width; default the widest that the processor has.</param>
    /// <param name="threads">Threads; default all cores.</param>
    /// <exception cref="PlatformNotSupportedException">This processor lacks the level.</exception>
    public static Ops.Ops Create(SimdLevel? level = null, int? threads = null)
    {
        SimdLevel chosen = level ?? SimdLevels.Best;
        if (!SimdLevels.IsSupported(chosen))
        {
            throw new PlatformNotSupportedException(
                $"cpu: {chosen}: expected a processor that has it, got one limited to {SimdLevels.Best}");
        }

        var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        return chosen switch
        {
            SimdLevel.Vector512 => new CpuOps<Vector512Simd, Vector512<float>>(pool, chosen),
            SimdLevel.Vector256 => new CpuOps<Vector256Simd, Vector256<float>>(pool, chosen),
            _ => new CpuOps<ScalarSimd, float>(pool, chosen),
        };
    }
}
