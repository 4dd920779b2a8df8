using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Execution.Memory;

/// <summary>Checks and counts a warp's request to global memory, and finds the host's pointers.</summary>
internal static unsafe class GlobalAccess
{
    private const int SectorShift = 5;

    /// <returns>The start where all 32 lanes' bytes follow each other; else null, and each lane has its
    /// pointer.</returns>
    public static byte* Resolve(MemoryOperation at, Warp warp, uint mask, ulong* addresses, byte** pointers)
    {
        if (mask == uint.MaxValue && IsContiguous(addresses, at.Bytes)
            && TryContiguous(at, warp, addresses[0]) is var start && start != null)
        {
            return start;
        }

        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            pointers[lane] = Check(at, warp, lane, addresses[lane], at.Bytes, at.Kind);
        }

        Count(at, warp.Block.Counters, BitOperations.PopCount(mask), Sectors(mask, addresses));
        return null;
    }

    /// <summary>Checks one lane's access and marks what it writes.</summary>
    public static byte* Check(Operation at, Warp warp, int lane, ulong address, int bytes, AccessKind kind)
    {
        BlockRunner block = warp.Block;
        DeviceAllocation? allocation = block.Cache[at.Pc];
        if (allocation is null || !allocation.Contains(address))
            block.Cache[at.Pc] = allocation = block.Launch.Memory.Find(address);
        bool isInside = allocation is { IsFreed: false, IsDivided: false }
            && address - allocation.Start + (ulong)bytes <= (ulong)allocation.Size;
        if (!isInside)
        {
            throw Fault(
                at, warp, lane, address,
                allocation is { IsFreed: true } ? FaultKind.UseAfterFree : FaultKind.OutOfBounds,
                $"{Verb(kind)} of {bytes} bytes of global memory at {address:x}: "
                + block.Launch.Memory.Explain(address, (ulong)bytes));
        }

        if ((address & (ulong)(bytes - 1)) != 0)
        {
            throw Fault(
                at, warp, lane, address, FaultKind.Misaligned,
                $"{Verb(kind)} of {bytes} bytes at {address:x}, {allocation!.Describe(address)}: expected a "
                + $"multiple of {bytes}");
        }

        long offset = (long)(address - allocation!.Start);
        var written = new Span<byte>(allocation.Written + offset, bytes);
        if (kind != AccessKind.Write && !allocation.IsCleared
            && written.IndexOfAnyExcept((byte)255) is >= 0 and int first)
        {
            throw Fault(
                at, warp, lane, address + (ulong)first, FaultKind.Uninitialised,
                $"{Verb(kind)} of {bytes} bytes at {address:x}, {allocation.Describe(address)}: nothing has written "
                + $"byte {first} of them");
        }

        if (kind != AccessKind.Read)
        {
            if (allocation.IsReadOnly)
            {
                throw Fault(
                    at, warp, lane, address, FaultKind.ReadOnly,
                    $"{Verb(kind)} at {address:x}, {allocation.Describe(address)}: constant memory cannot be written");
            }

            written.Fill(255);
        }

        if (kind != AccessKind.Atomic && !allocation.IsReadOnly)
        {
            if (block.Races is { } races)
                Apart(races, at, warp, lane, address, bytes, kind, allocation);
            if (block.WarpRaces is { } warps)
                InOrder(warps, at, warp, lane, address, bytes, kind, allocation);
        }

        return allocation.Data + offset;
    }

    /// <exception cref="VirtualGpuFault">Another block is in its way.</exception>
    private static void Apart(
        BlockRaces races, Operation at, Warp warp, int lane, ulong address, int bytes, AccessKind kind,
        DeviceAllocation allocation)
    {
        bool isWrite = kind == AccessKind.Write;
        if (races.Touch(address, bytes, isWrite))
            return;
        (long other, bool writes) = races.OtherAt(address, bytes);
        throw Fault(
            at, warp, lane, address, FaultKind.Race,
            $"race between blocks on global memory at {address:x}, {allocation.Describe(address)}: "
            + $"{(isWrite ? "written" : "read")} here, {(writes ? "written" : "read")} by "
            + $"{warp.Block.Launch.Named(other)} in the same launch, and nothing orders blocks");
    }

    /// <exception cref="VirtualGpuFault">Another warp or lane of the block is in its way.</exception>
    private static void InOrder(
        WarpRaces races, Operation at, Warp warp, int lane, ulong address, int bytes, AccessKind kind,
        DeviceAllocation allocation)
    {
        bool isWrite = kind == AccessKind.Write;
        ulong other = races.Touch(at, warp.Index, lane, address, bytes, isWrite, out bool wasWrite);
        if (other == 0)
            return;
        Operation before = warp.Block.Code[ShadowRecord.Pc(other)];
        int by = ShadowRecord.Warp(other), byLane = ShadowRecord.Lane(other);
        string who = byLane == ShadowRecord.SeveralLanes ? $"several lanes of warp {by}" : $"warp {by} lane {byLane}";
        string missing = by == warp.Index ? "bar.warp.sync (__syncwarp)" : "barrier (__syncthreads)";
        throw warp.Block.Launch.Fault(
            at, FaultKind.Race, warp.Block.BlockIndex, (warp.Index * Warp.Lanes) + lane,
            $"race on global memory at {address:x}, {allocation.Describe(address)}: {(isWrite ? "written" : "read")} "
            + $"here by warp {warp.Index} lane {lane}, {(wasWrite ? "written" : "read")} at "
            + $"{before.Instruction.Source} ('{before.Instruction.Text}') by {who}, with no {missing} between",
            before, address, allocation.NameAt(address));
    }

    /// <summary>Different 32-byte sectors that the lanes' addresses lie in.</summary>
    [SkipLocalsInit]
    public static int Sectors(uint mask, ulong* addresses)
    {
        ulong* seen = stackalloc ulong[Warp.Lanes];
        int count = 0;
        for (; mask != 0; mask &= mask - 1)
        {
            ulong sector = addresses[BitOperations.TrailingZeroCount(mask)] >> SectorShift;
            if (count > 0 && seen[count - 1] == sector)
                continue;
            if (!new ReadOnlySpan<ulong>(seen, count).Contains(sector))
                seen[count++] = sector;
        }

        return count;
    }

    /// <summary>Whether all 32 lanes' bytes follow each other.</summary>
    public static bool IsContiguous(ulong* addresses, int bytes)
    {
        Vector512<ulong> expected = Vector512.Create(addresses[0]) + (Vector512<ulong>.Indices * (ulong)bytes);
        Vector512<ulong> step = Vector512.Create(8UL * (ulong)bytes);
        for (int i = 0; i < Warp.Lanes; i += Vector512<ulong>.Count)
        {
            if (!Vector512.EqualsAll(Vector512.Load(addresses + i), expected))
                return false;
            expected += step;
        }

        return true;
    }

    private static string Verb(AccessKind kind) => kind switch
    {
        AccessKind.Read => "read",
        AccessKind.Write => "write",
        _ => "atomic update",
    };

    /// <summary>The fast path; null where anything is amiss, and the slow path then says what.</summary>
    private static byte* TryContiguous(MemoryOperation at, Warp warp, ulong address)
    {
        BlockRunner block = warp.Block;
        DeviceAllocation? allocation = block.Cache[at.Pc];
        if (allocation is null || !allocation.Contains(address))
            block.Cache[at.Pc] = allocation = block.Launch.Memory.Find(address);
        int total = Warp.Lanes * at.Bytes;
        if (allocation is not { IsFreed: false, IsDivided: false }
            || address - allocation.Start + (ulong)total > (ulong)allocation.Size
            || (address & (ulong)(at.Bytes - 1)) != 0)
        {
            return null;
        }

        bool isFree = block.Races is not { } races || at.Kind == AccessKind.Atomic || allocation.IsReadOnly
            || races.Touch(address, total, at.Kind == AccessKind.Write);
        if (!isFree)
            return null;
        long offset = (long)(address - allocation.Start);
        var written = new Span<byte>(allocation.Written + offset, total);
        if (at.Kind != AccessKind.Write && !allocation.IsCleared && written.ContainsAnyExcept((byte)255))
            return null;
        if (at.Kind != AccessKind.Read)
        {
            if (allocation.IsReadOnly)
                return null;
            written.Fill(255);
        }

        if (block.WarpRaces is { } warps && at.Kind != AccessKind.Atomic && !allocation.IsReadOnly)
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
            {
                ulong own = address + (ulong)(lane * at.Bytes);
                InOrder(warps, at, warp, lane, own, at.Bytes, at.Kind, allocation);
            }
        }

        int sectors = (int)(((address + (ulong)total - 1) >> SectorShift) - (address >> SectorShift)) + 1;
        Count(at, block.Counters, Warp.Lanes, sectors);
        return allocation.Data + offset;
    }

    private static void Count(MemoryOperation at, LaunchCounters counters, int lanes, int sectors)
    {
        if (at.Kind == AccessKind.Read)
        {
            counters.GlobalLoadRequests++;
            counters.GlobalBytesLoaded += lanes * at.Bytes;
            counters.GlobalSectorsLoaded += sectors;
        }
        else if (at.Kind == AccessKind.Write)
        {
            counters.GlobalStoreRequests++;
            counters.GlobalBytesStored += lanes * at.Bytes;
            counters.GlobalSectorsStored += sectors;
        }
        else
        {
            counters.GlobalAtomics += lanes;
        }
    }

    private static VirtualGpuFault Fault(
        Operation at, Warp warp, int lane, ulong address, FaultKind kind, string what) =>
        warp.Block.Launch.Fault(
            at, kind, warp.Block.BlockIndex, (warp.Index * Warp.Lanes) + lane, what, null, address,
            warp.Block.Launch.Memory.Nearest(address)?.NameAt(address));
}
