using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>Bits of a lane mask as vector masks, and back.</summary>
internal static class LaneMasks
{
    private static readonly Vector512<uint> Bits32 =
        Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);

    private static readonly Vector512<ulong> Bits64 = Vector512.Create(1ul, 2, 4, 8, 16, 32, 64, 128);

    /// <summary>All ones in each of the vector's lanes whose bit is set.</summary>
    /// <param name="first">The vector's first lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Expand<T>(uint mask, int first)
    {
        if (Unsafe.SizeOf<T>() == 4)
        {
            Vector512<uint> bits = Bits32;
            return Vector512.Equals(Vector512.Create(mask >> first) & bits, bits).As<uint, T>();
        }

        Vector512<ulong> wide = Bits64;
        return Vector512.Equals(Vector512.Create((ulong)(mask >> first)) & wide, wide).As<ulong, T>();
    }
}
