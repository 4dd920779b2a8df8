using System.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>redux.sync on 32-bit integers.</summary>
internal sealed unsafe class ReduceOperation(string kind, bool isSigned, int d, int a) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        uint* values = warp.Words(a);
        uint result = values[BitOperations.TrailingZeroCount(mask)];
        for (uint rest = mask & (mask - 1); rest != 0; rest &= rest - 1)
            result = Combine(result, values[BitOperations.TrailingZeroCount(rest)]);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
            warp.Words(d)[BitOperations.TrailingZeroCount(rest)] = result;
    }

    private uint Combine(uint x, uint y) => kind switch
    {
        "add" => x + y,
        "and" => x & y,
        "or" => x | y,
        "xor" => x ^ y,
        "min" => isSigned ? (uint)Math.Min((int)x, (int)y) : Math.Min(x, y),
        _ => isSigned ? (uint)Math.Max((int)x, (int)y) : Math.Max(x, y),
    };
}
