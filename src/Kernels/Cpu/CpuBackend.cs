using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Assembly;
using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

/// <summary>Makes the CPU backend at a vector width.</summary>
public static class CpuBackend
{
    /// <summary>What this processor's bf16 products are computed by, for people.</summary>
    public static string Bf16Products => Named(KindOfBf16(SimdLevels.Best, usesAssembly: true));

    /// <summary>What computes a kind of bf16 products, for people.</summary>
    internal static string Named(ProductKind kind) => kind switch
    {
        ProductKind.Tiles => "AMX",
        ProductKind.Pairs => "AVX512_BF16",
        _ => "rounding",
    };

    /// <param name="level">Vector width; default the widest that the processor has.</param>
    /// <param name="threads">Threads; default all cores.</param>
    /// <param name="products">
    /// fp32, or bf16: operands of matrix products are rounded to it, everything else stays fp32.
    /// </param>
    /// <param name="usesAssembly">Whether bf16 products may be kernels that are assembled for this processor.</param>
    /// <exception cref="PlatformNotSupportedException">This processor lacks the level.</exception>
    public static Ops.Ops Create(
        SimdLevel? level = null, int? threads = null, DType products = DType.F32, bool usesAssembly = true)
    {
        SimdLevel chosen = level ?? SimdLevels.Best;
        if (!SimdLevels.IsSupported(chosen))
        {
            throw new PlatformNotSupportedException(
                $"cpu: {chosen}: expected a processor that has it, got one limited to {SimdLevels.Best}");
        }

        var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        ProductKind kind = products == DType.F32 ? ProductKind.F32 : KindOfBf16(chosen, usesAssembly);
        return chosen switch
        {
            SimdLevel.Vector512 => new CpuOps<Vector512Simd, Vector512<float>>(pool, chosen, kind),
            SimdLevel.Vector256 => new CpuOps<Vector256Simd, Vector256<float>>(pool, chosen, kind),
            _ => new CpuOps<ScalarSimd, float>(pool, chosen, kind),
        };
    }

    private static ProductKind KindOfBf16(SimdLevel level, bool usesAssembly) =>
        level != SimdLevel.Vector512 || !usesAssembly ? ProductKind.Rounded
        : Bf16Instructions.HasTiles ? ProductKind.Tiles
        : Bf16Instructions.HasPairs ? ProductKind.Pairs
        : ProductKind.Rounded;
}
