using System.Numerics;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Memory;

/// <summary>Checks and counts a warp's request to shared memory, and finds the host's pointers.</summary>
internal static unsafe class SharedAccess
{
    public static void Resolve(MemoryOperation at, Warp warp, uint mask, ulong* addresses, byte** pointers)
    {
        SharedMemory shared = warp.Block.Shared;
        if (mask == uint.MaxValue && GlobalAccess.IsContiguous(addresses, at.Bytes)
            && shared.TryTouchRow(at, warp, addresses[0], at.Bytes, at.Kind))
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
                pointers[lane] = shared.Data + addresses[lane];
            Count(warp.Block.Counters, mask, addresses, at.Bytes, at.Kind);
            return;
        }

        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            shared.Touch(at, warp, lane, addresses[lane], at.Bytes, at.Kind);
            pointers[lane] = shared.Data + addresses[lane];
        }

        Count(warp.Block.Counters, mask, addresses, at.Bytes, at.Kind);
    }

    public static void Count(LaunchCounters counters, uint mask, ulong* addresses, int bytes, AccessKind kind)
    {
        long total = (long)BitOperations.PopCount(mask) * bytes;
        counters.SharedRequests++;
        counters.SharedBankConflicts += BankConflicts.Extra(mask, addresses, bytes);
        if (kind == AccessKind.Read)
            counters.SharedBytesLoaded += total;
        else
            counters.SharedBytesStored += total;
    }
}
