using System.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>bfi: the lowest e bits of a in place of those of b from position c.</summary>
internal sealed unsafe class InsertOperation(int d, bool isWide, int a, int b, int position, int length) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            int from = (int)(warp.Words(position)[lane] & 255), bits = (int)(warp.Words(length)[lane] & 255);
            if (isWide)
            {
                ulong* values = (ulong*)(warp.Registers + a), into = (ulong*)(warp.Registers + b);
                ((ulong*)(warp.Registers + d))[lane] = Insert(values[lane], into[lane], from, bits, 64);
            }
            else
            {
                warp.Words(d)[lane] = (uint)Insert(warp.Words(a)[lane], warp.Words(b)[lane], from, bits, 32);
            }
        }
    }

    private static ulong Insert(ulong value, ulong into, int from, int bits, int width)
    {
        bits = Math.Min(bits, width - from);
        if (bits <= 0)
            return into;
        ulong field = (bits == 64 ? ulong.MaxValue : (1UL << bits) - 1) << from;
        return (into & ~field) | ((value << from) & field);
    }
}
