using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Memory;

/// <summary>Who touched a unit of shared memory last, in one word; 0 is nobody.</summary>
/// <remarks>From the top: epoch (27 bits), pending (1), unused (1), lane (6), warp (5), program counter (24).</remarks>
internal static class ShadowRecord
{
    /// <summary>The number that stands for several lanes in place of one.</summary>
    public const int SeveralLanes = 63;

    public const ulong Pending = 1UL << 36;

    /// <summary>Programs with more instructions cannot be told apart in a record.</summary>
    public const int MaxPc = 1 << 24;

    public const ulong EpochMask = ulong.MaxValue << 37;
    public const ulong LaneMask = 63UL << 29;
    public const ulong WarpMask = 31UL << 24;

    public static ulong Make(uint epoch, int warp, int lane, int pc) =>
        ((ulong)epoch << 37) | ((ulong)lane << 29) | ((ulong)warp << 24) | (uint)pc;

    public static uint Epoch(ulong record) => (uint)(record >> 37);

    public static int Lane(ulong record) => (int)(record >> 29 & 63);

    public static int Warp(ulong record) => (int)(record >> 24 & 31);

    public static int Pc(ulong record) => (int)(record & (MaxPc - 1));

    /// <param name="record">Record of lane 0.</param>
    public static ulong WithLane(ulong record, int lane) => record | ((ulong)lane << 29);

    /// <summary>The lane fields of eight units from a unit of a row in which a lane has 2^shift.</summary>
    public static Vector512<ulong> Lanes(int first, int shift) =>
        ((Vector512<ulong>.Indices + Vector512.Create((ulong)first)) >> shift) << 29;

    public static ulong WithSeveralLanes(ulong record) => record | LaneMask;
}
