using System.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>mov of {a, b, ..} into one register, the first in the lowest bits.</summary>
/// <param name="sources">16-bit registers lie in 32-bit lanes.</param>
/// <param name="bits">Bits of each source.</param>
internal sealed unsafe class PackOperation(int d, bool isWide, int[] sources, int bits) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong value = 0;
            for (int i = 0; i < sources.Length; i++)
                value |= (ulong)warp.Words(sources[i])[lane] << (i * bits);
            if (isWide)
                ((ulong*)(warp.Registers + d))[lane] = value;
            else
                warp.Words(d)[lane] = (uint)value;
        }
    }
}
