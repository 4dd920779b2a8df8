using System.Numerics;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>d = f(a, b, c), lane by lane.</summary>
internal sealed unsafe class Lanes3<TA, TB, TC, TD, TOp>(int d, int a, int b, int c) : Operation
    where TA : unmanaged
    where TB : unmanaged
    where TC : unmanaged
    where TD : unmanaged
    where TOp : ILanes3<TA, TB, TC, TD>
{
    public override void Execute(Warp warp, uint mask)
    {
        TA* first = (TA*)(warp.Registers + a);
        TB* second = (TB*)(warp.Registers + b);
        TC* third = (TC*)(warp.Registers + c);
        TD* destination = (TD*)(warp.Registers + d);
        if (mask == warp.Live)
        {
            for (int i = 0; i < Warp.Lanes; i++)
                destination[i] = TOp.Apply(first[i], second[i], third[i]);
            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            int i = BitOperations.TrailingZeroCount(mask);
            destination[i] = TOp.Apply(first[i], second[i], third[i]);
        }
    }
}
