using System.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>set: a comparison's result as a number: all ones or zero, 1.0 or 0.0 for .f32.</summary>
/// <param name="compare">Writes the predicate.</param>
/// <param name="predicate">Where it writes it.</param>
internal sealed unsafe class SetOperation(Operation compare, int d, uint whenTrue, int predicate) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        compare.Execute(warp, mask);
        uint holds = warp.Predicate(predicate);
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            warp.Words(d)[lane] = (holds >> lane & 1) != 0 ? whenTrue : 0;
        }
    }
}
