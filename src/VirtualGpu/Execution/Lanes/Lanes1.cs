using System.Numerics;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>d = f(a), lane by lane.</summary>
internal sealed unsafe class Lanes1<TA, TD, TOp>(int d, int a) : Operation
    where TA : unmanaged
    where TD : unmanaged
    where TOp : ILanes1<TA, TD>
{
    public override void Execute(Warp warp, uint mask)
    {
        TA* source = (TA*)(warp.Registers + a);
        TD* destination = (TD*)(warp.Registers + d);
        if (mask == warp.Live)
        {
            for (int i = 0; i < Warp.Lanes; i++)
                destination[i] = TOp.Apply(source[i]);
            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            int i = BitOperations.TrailingZeroCount(mask);
            destination[i] = TOp.Apply(source[i]);
        }
    }
}
