using System.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>mov from %clock and its like: a count of the warp's turns, which only ever grows.</summary>
internal sealed unsafe class ClockOperation(int d, bool isWide, int shift) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        ulong now = (ulong)warp.Executed >> shift;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            if (isWide)
                ((ulong*)(warp.Registers + d))[lane] = now;
            else
                warp.Words(d)[lane] = (uint)now;
        }
    }
}
