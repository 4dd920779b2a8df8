using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Execution.Memory;

// Whether two accesses are in order, and what is said where they are not.
internal sealed unsafe partial class SharedMemory
{
    /// <summary>
    /// The other access must have happened before this one: by a barrier between warps; between lanes of a warp by a
    /// barrier or bar.warp.sync. (Lanes that write one place in one instruction must write one value: the store itself
    /// looks.)
    /// </summary>
    private void Ordered(
        Operation at, Warp warp, int lane, int unit, ulong other, ulong record, uint* clock,
        bool isWrite, bool wasWrite)
    {
        if ((other & ShadowRecord.Pending) != 0)
            throw Pending(at, warp, lane, unit, other);
        int by = ShadowRecord.Warp(other);
        uint seen = clock[by];
        uint epoch = ShadowRecord.Epoch(other);
        if (by == warp.Index)
        {
            bool ordered = epoch < seen
                || (ShadowRecord.Lane(other) == ShadowRecord.Lane(record) && !Several(other))
                || ShadowRecord.Pc(other) == at.Pc
                || !(isWrite || wasWrite);
            if (ordered)
                return;
        }
        else if (epoch <= seen)
        {
            return;
        }

        Operation before = _block.Code[ShadowRecord.Pc(other)];
        int byLane = ShadowRecord.Lane(other);
        string who = byLane == ShadowRecord.SeveralLanes ? $"several lanes of warp {by}" : $"warp {by} lane {byLane}";
        string missing = by == warp.Index ? "bar.warp.sync (__syncwarp)" : "barrier (__syncthreads)";
        long offset = (long)unit << _unitShift;
        throw Fault(
            at, warp, FaultKind.Race, lane, (ulong)offset,
            $"race on shared memory at offset {offset}{_block.Program.DescribeShared((int)offset)}: "
            + $"{(isWrite ? "written" : "read")} here by warp {warp.Index} lane {lane}, "
            + $"{(wasWrite ? "written" : "read")} at {before.Instruction.Source} ('{before.Instruction.Text}') by "
            + $"{who}, with no {missing} between",
            before);
    }

    /// <summary>The record's lane; -1 where it stands for several.</summary>
    private static int OneLane(ulong record) => Several(record) ? -1 : ShadowRecord.Lane(record);

    private static bool Several(ulong record) => ShadowRecord.Lane(record) == ShadowRecord.SeveralLanes;

    /// <summary>Bytes that are not there may be on their way: then that is what to report.</summary>
    private void NotPending(Operation at, Warp warp, int lane, int offset, int bytes)
    {
        for (int unit = offset >> _unitShift; unit <= (offset + bytes - 1) >> _unitShift; unit++)
        {
            if ((_writes[unit] & ShadowRecord.Pending) != 0)
                throw Pending(at, warp, lane, unit, _writes[unit]);
        }
    }

    private VirtualGpuFault Pending(Operation at, Warp warp, int lane, int unit, ulong copy)
    {
        Operation before = _block.Code[ShadowRecord.Pc(copy)];
        long offset = (long)unit << _unitShift;
        return Fault(
            at, warp, FaultKind.AsyncCopy, lane, (ulong)offset,
            $"shared memory at offset {offset}{_block.Program.DescribeShared((int)offset)} is the destination of an "
            + $"asynchronous copy that warp {ShadowRecord.Warp(copy)} lane {ShadowRecord.Lane(copy)} issued at "
            + $"{before.Instruction.Source} ('{before.Instruction.Text}') and has not waited for: expected a "
            + "cp.async.wait_group that covers its group, and a barrier behind it",
            before);
    }

    private VirtualGpuFault OutOfBounds(Operation at, Warp warp, int lane, ulong offset, int bytes) => Fault(
        at, warp, FaultKind.OutOfBounds, lane, offset,
        $"{bytes} bytes of shared memory at offset {(long)offset}: the block has {Size:N0} bytes");

    private VirtualGpuFault Fault(
        Operation at, Warp warp, FaultKind kind, int lane, ulong offset, string what, Operation? other = null) =>
        _block.Launch.Fault(
            at, kind, _block.BlockIndex, (warp.Index * Warp.Lanes) + lane, what, other, offset,
            _block.Program.SharedName((int)Math.Min(offset, int.MaxValue)));
}
