using System.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>mov of one register into {a, b, ..}, the lowest bits into the first.</summary>
/// <param name="destinations">Negative where the part is not wanted.</param>
/// <param name="bits">Bits of each destination: 16 or 32.</param>
internal sealed unsafe class UnpackOperation(int[] destinations, int a, bool isWide, int bits) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        uint part = bits == 16 ? 0xFFFFu : uint.MaxValue;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong value = isWide ? ((ulong*)(warp.Registers + a))[lane] : warp.Words(a)[lane];
            for (int i = 0; i < destinations.Length; i++)
            {
                if (destinations[i] >= 0)
                    warp.Words(destinations[i])[lane] = (uint)(value >> (i * bits)) & part;
            }
        }
    }
}
