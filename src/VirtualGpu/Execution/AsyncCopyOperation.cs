using System.Numerics;
using MolEngine.VirtualGpu.Execution.Memory;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>cp.async: the copy is checked and counted now, and lands when its lane waits for it.</summary>
/// <param name="sourceBytes">Offset of the register with the bytes to copy; negative for all. The rest is
/// zeros.</param>
internal sealed unsafe class AsyncCopyOperation(
    AddressOperand destination, AddressOperand source, int bytes, int sourceBytes) :
    MemoryOperation(destination, StateSpace.Shared, bytes, AccessKind.Write)
{
    public override bool MayBeGlobal => true;

    public override void Execute(Warp warp, uint mask)
    {
        ulong* to = warp.Block.Scratch, from = to + Warp.Lanes;
        Address.Compute(warp, to);
        source.Compute(warp, from);
        uint reading = 0;
        long loaded = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            int count = sourceBytes < 0 ? Bytes : (int)warp.Words(sourceBytes)[lane];
            if ((uint)count > (uint)Bytes)
            {
                throw warp.Fault(
                    this, Faults.FaultKind.AsyncCopy, lane,
                    $"asynchronous copy of {Bytes} bytes that is to read {(uint)count} of them: expected at most "
                        + $"{Bytes}");
            }

            byte* data = null;
            if (count > 0)
            {
                data = Source(warp, lane, from[lane], count);
                reading |= 1u << lane;
                loaded += count;
            }

            warp.Block.Shared.Issue(this, warp, lane, to[lane], Bytes);
            warp.Copies.Add(Pc, lane, (int)to[lane], (nint)data, Bytes, count);
        }

        Counters.LaunchCounters counters = warp.Block.Counters;
        counters.GlobalLoadRequests++;
        counters.GlobalBytesLoaded += loaded;
        counters.GlobalSectorsLoaded += GlobalAccess.Sectors(reading, from);
        SharedAccess.Count(counters, mask, to, Bytes, AccessKind.Write);
    }

    protected override void Move(Warp warp, uint mask, byte** pointers) =>
        throw new InvalidOperationException();

    /// <summary>The address is aligned to the whole size, however few bytes are read from it.</summary>
    private byte* Source(Warp warp, int lane, ulong address, int count)
    {
        if ((address & (ulong)(Bytes - 1)) != 0)
        {
            throw warp.Fault(
                this, Faults.FaultKind.Misaligned, lane,
                $"asynchronous copy of {Bytes} bytes from {address:x}: expected a multiple of {Bytes}");
        }

        int whole = 1;
        byte* first = null;
        for (int at = 0; at < count; at += whole)
        {
            // Powers of two, as the check of an access expects.
            whole = 1 << BitOperations.Log2((uint)(count - at));
            byte* part = GlobalAccess.Check(this, warp, lane, address + (ulong)at, whole, AccessKind.Read);
            first = at == 0 ? part : first;
        }

        return first;
    }
}
