using System.Numerics;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Execution.Memory;

/// <summary>Checks and counts a warp's request to shared memory, and finds the host's pointers.</summary>
internal static unsafe class SharedAccess
{
    /// <returns>The start where all 32 lanes' bytes follow each other; else null, and each lane has its
    /// pointer.</returns>
    public static byte* Resolve(MemoryOperation at, Warp warp, uint mask, ulong* addresses, byte** pointers)
    {
        SharedMemory shared = warp.Block.Shared;
        if (mask == uint.MaxValue && GlobalAccess.IsContiguous(addresses, at.Bytes)
            && shared.TryTouchRow(at, warp, addresses[0], at.Bytes, at.Kind))
        {
            // 32 banks in order: no part of it meets a bank twice.
            Count(warp.Block.Counters, Warp.Lanes * at.Bytes, conflicts: 0, at.Kind);
            return shared.Data + addresses[0];
        }

        shared.TouchLanes(at, warp, mask, addresses, at.Bytes, at.Kind);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            pointers[lane] = shared.Data + addresses[lane];
        }

        Count(warp.Block.Counters, mask, addresses, at.Bytes, at.Kind);
        return null;
    }

    public static void Count(LaunchCounters counters, uint mask, ulong* addresses, int bytes, AccessKind kind) => Count(
        counters, (long)BitOperations.PopCount(mask) * bytes, BankConflicts.Extra(mask, addresses, bytes), kind);

    private static void Count(LaunchCounters counters, long bytes, int conflicts, AccessKind kind)
    {
        counters.SharedRequests++;
        counters.SharedBankConflicts += conflicts;
        if (kind == AccessKind.Read)
            counters.SharedBytesLoaded += bytes;
        else
            counters.SharedBytesStored += bytes;
    }
}
