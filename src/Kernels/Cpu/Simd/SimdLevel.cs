using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MolEngine.Kernels.Cpu.Simd;

/// <summary>Vector widths that the CPU backend is compiled for. Scalar is the twin that every vector path is tested
/// against.</summary>
public enum SimdLevel
{
    Scalar,
    Vector256,
    Vector512,
}

public static class SimdLevels
{
    /// <summary>The widest level of this processor (and of DOTNET_EnableAVX512 / DOTNET_EnableAVX2).</summary>
    public static SimdLevel Best =>
        IsSupported(SimdLevel.Vector512) ? SimdLevel.Vector512
        : IsSupported(SimdLevel.Vector256) ? SimdLevel.Vector256
        : SimdLevel.Scalar;

    public static bool IsSupported(SimdLevel level) => level switch
    {
        SimdLevel.Vector512 => Avx512F.IsSupported && Avx512BW.IsSupported && Vector512.IsHardwareAccelerated,
        SimdLevel.Vector256 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };
}
