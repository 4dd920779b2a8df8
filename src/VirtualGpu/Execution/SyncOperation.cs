using System.Numerics;
using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// A warp-wide instruction: the lanes that its member mask names execute it together, once all of them are here.
/// </summary>
/// <param name="inner">What they execute.</param>
/// <param name="members">Offset of the register with each lane's member mask; negative for the whole warp.</param>
internal sealed unsafe class SyncOperation(Operation inner, int members) : Operation
{
    public override bool IsControl => true;

    public Operation Inner => inner;

    public override void Execute(Warp warp, uint mask) => throw new InvalidOperationException();

    public override void Control(Warp warp, uint mask)
    {
        if (mask == 0)
        {
            warp.Advance();
            return;
        }

        if (mask == uint.MaxValue && IsWhole(warp))
        {
            inner.Execute(warp, mask);
            warp.Advance();
            return;
        }

        uint waiting = 0;
        for (uint rest = mask; rest != 0;)
        {
            int first = BitOperations.TrailingZeroCount(rest);
            uint named = MemberMask(warp, first);
            uint group = 0;
            for (uint lanes = rest; lanes != 0; lanes &= lanes - 1)
            {
                int lane = BitOperations.TrailingZeroCount(lanes);
                if (MemberMask(warp, lane) == named)
                    group |= 1u << lane;
            }

            rest &= ~group;
            if (IsComplete(warp, mask, group, named))
                inner.Execute(warp, group);
            else
                waiting |= group;
        }

        warp.Wait(waiting);
    }

    /// <summary>Whether all lanes that a group's member mask names are here.</summary>
    private bool IsComplete(Warp warp, uint mask, uint group, uint named)
    {
        if (group == named)
            return true;
        int first = BitOperations.TrailingZeroCount(group);
        if ((group & ~named) is not 0 and uint wrong)
        {
            throw warp.Fault(
                this, FaultKind.WarpDivergence, BitOperations.TrailingZeroCount(wrong),
                $"{warp.Describe(wrong)} execute it, but its member mask {named:x8} does not name them");
        }

        uint missing = named & ~group;
        if ((missing & ~warp.Live) is not 0 and uint gone)
        {
            throw warp.Fault(
                this, FaultKind.WarpDivergence, first,
                $"member mask {named:x8} names {warp.Describe(gone)}, which have ended or never existed");
        }

        if ((missing & mask) is not 0 and uint other)
        {
            throw warp.Fault(
                this, FaultKind.WarpDivergence, first,
                $"{warp.Describe(group)} name the member mask {named:x8}, {warp.Describe(other)} another: "
                + "lanes that one mask names must all have that mask");
        }

        return false;
    }

    /// <summary>Whether all lanes name the whole warp.</summary>
    private bool IsWhole(Warp warp)
    {
        if (members < 0)
            return true;
        Vector512<uint> all = Vector512<uint>.AllBitsSet;
        uint* masks = warp.Words(members);
        return (Vector512.Load(masks) & Vector512.Load(masks + Vector512<uint>.Count)) == all;
    }

    private uint MemberMask(Warp warp, int lane) => members < 0 ? uint.MaxValue : warp.Words(members)[lane];
}
