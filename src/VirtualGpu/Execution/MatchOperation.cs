using System.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>match.sync: any gives each lane those with its value; all gives all where all agree.</summary>
/// <param name="p">match.all: whether all agree; negative where not asked for.</param>
internal sealed unsafe class MatchOperation(bool all, bool isWide, int d, int p, int a) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        ulong* values = stackalloc ulong[Warp.Lanes];
        for (int i = 0; i < Warp.Lanes; i++)
            values[i] = isWide ? ((ulong*)(warp.Registers + a))[i] : warp.Words(a)[i];
        bool agree = true;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            uint same = 0;
            for (uint others = mask; others != 0; others &= others - 1)
            {
                int other = BitOperations.TrailingZeroCount(others);
                same |= values[other] == values[lane] ? 1u << other : 0;
            }

            agree = same == mask;
            warp.Words(d)[lane] = all && !agree ? 0 : same;
        }

        if (p >= 0)
            warp.Predicate(p) = (warp.Predicate(p) & ~mask) | (agree ? mask : 0);
    }
}
