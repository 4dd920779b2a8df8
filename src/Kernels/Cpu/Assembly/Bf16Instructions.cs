using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace MolEngine.Kernels.Cpu.Assembly;

/// <summary>Instructions for bf16 products, and whether this process may use them.</summary>
internal static partial class Bf16Instructions
{
    private const long ArchRequestPermission = 0x1023, TileData = 18, ArchPrctl = 158;

    /// <summary>AVX512_BF16 (CPUID leaf 7, subleaf 1), by a calling convention that kernels are written for.</summary>
    public static bool HasPairs { get; } = OperatingSystem.IsLinux() && Avx512BW.IsSupported
        && X86Base.CpuId(7, 0).Eax >= 1 && Bit(X86Base.CpuId(7, 1).Eax, 5);

    /// <summary>
    /// AMX_TILE and AMX_BF16 (CPUID leaf 7), and the system's permission for the process to have tile registers, which
    /// is asked for here once (Linux, arch_prctl(ARCH_REQ_XCOMP_PERM)).
    /// </summary>
    public static bool HasTiles { get; } = HasPairs && Bit(X86Base.CpuId(7, 0).Edx, 22)
        && Bit(X86Base.CpuId(7, 0).Edx, 24) && syscall(ArchPrctl, ArchRequestPermission, TileData) == 0;

    private static bool Bit(int register, int bit) => ((register >> bit) & 1) != 0;

    [LibraryImport("libc")]
    private static partial nint syscall(long number, long argument, long value);
}
