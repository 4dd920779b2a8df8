using System.Numerics;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>d = f(a, b), lane by lane.</summary>
internal sealed unsafe class Lanes2<TA, TB, TD, TOp>(int d, int a, int b) : Operation
    where TA : unmanaged
    where TB : unmanaged
    where TD : unmanaged
    where TOp : ILanes2<TA, TB, TD>
{
    public override void Execute(Warp warp, uint mask)
    {
        TA* left = (TA*)(warp.Registers + a);
        TB* right = (TB*)(warp.Registers + b);
        TD* destination = (TD*)(warp.Registers + d);
        if (mask == warp.Live)
        {
            for (int i = 0; i < Warp.Lanes; i++)
                destination[i] = TOp.Apply(left[i], right[i]);
            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            int i = BitOperations.TrailingZeroCount(mask);
            destination[i] = TOp.Apply(left[i], right[i]);
        }
    }
}
