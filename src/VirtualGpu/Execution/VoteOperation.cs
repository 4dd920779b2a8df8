using System.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>vote.sync: all, any, uni (a predicate) and ballot (a register).</summary>
internal sealed unsafe class VoteOperation(string kind, int d, int source, uint flip) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        uint votes = (warp.Predicate(source) ^ flip) & mask;
        if (kind == "ballot")
        {
            for (uint rest = mask; rest != 0; rest &= rest - 1)
                warp.Words(d)[BitOperations.TrailingZeroCount(rest)] = votes;
            return;
        }

        bool result = kind switch
        {
            "all" => votes == mask,
            "any" => votes != 0,
            _ => votes == mask || votes == 0,
        };
        warp.Predicate(d) = (warp.Predicate(d) & ~mask) | (result ? mask : 0);
    }
}
