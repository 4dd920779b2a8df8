namespace MolEngine.VirtualGpu.Execution;

/// <summary>and, or, xor, not and mov of predicates, all lanes at once.</summary>
internal sealed class PredicateOperation(char function, int d, int a, uint flipA, int b, uint flipB) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        uint left = warp.Predicate(a) ^ flipA;
        uint right = b < 0 ? 0 : warp.Predicate(b) ^ flipB;
        uint value = function switch
        {
            '&' => left & right,
            '|' => left | right,
            '^' => left ^ right,
            '!' => ~left,
            _ => left,
        };
        ref uint destination = ref warp.Predicate(d);
        destination = (destination & ~mask) | (value & mask);
    }
}
