using System.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>activemask: the lanes that are here now.</summary>
internal sealed unsafe class ActiveMaskOperation(int d) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        for (uint rest = mask; rest != 0; rest &= rest - 1)
            warp.Words(d)[BitOperations.TrailingZeroCount(rest)] = mask;
    }
}
