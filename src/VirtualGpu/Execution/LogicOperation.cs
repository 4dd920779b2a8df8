using System.Numerics;
using MolEngine.VirtualGpu.Execution.Arithmetic;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>lop3.b32: any function of three bits, given by its table.</summary>
internal sealed unsafe class LogicOperation(int d, int a, int b, int c, byte table) : Operation
{
    private readonly BitFunctions.LogicalThree _function = new(table);

    public override void Execute(Warp warp, uint mask)
    {
        uint* first = warp.Words(a), second = warp.Words(b), third = warp.Words(c), destination = warp.Words(d);
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            destination[lane] = _function.Apply(first[lane], second[lane], third[lane]);
        }
    }
}
