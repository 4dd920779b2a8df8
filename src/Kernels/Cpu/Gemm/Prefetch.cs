using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>Cache hints; they never fault, so they may point past the end of an array.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Brings the cache line that holds <paramref name="p"/> into the first level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(void* p)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(p);
    }

    /// <summary>Brings the cache line that holds <paramref name="p"/> into the second level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SecondLevel(void* p)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(p);
    }
}
