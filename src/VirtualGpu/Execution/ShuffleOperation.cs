using System.Numerics;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>shfl.sync: each lane reads another's register; one out of its segment keeps its own.</summary>
/// <param name="p">Whether the source was in range; negative where not asked for.</param>
/// <param name="c">Clamp in bits 0 to 4, segment mask in bits 8 to 12.</param>
internal sealed unsafe class ShuffleOperation(ShuffleKind kind, int d, int p, int a, int b, int c) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        uint* values = stackalloc uint[Warp.Lanes];
        new ReadOnlySpan<uint>(warp.Words(a), Warp.Lanes).CopyTo(new Span<uint>(values, Warp.Lanes));
        uint found = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            (int source, bool inRange) = Source(lane, (int)warp.Words(b)[lane] & 31, warp.Words(c)[lane]);
            if (!inRange)
                source = lane;
            if ((mask >> source & 1) == 0)
            {
                throw warp.Fault(
                    this, FaultKind.Shuffle, lane,
                    $"lane {lane} reads lane {source}, which its member mask {mask:x8} does not name"
                    + ((warp.Live >> source & 1) == 0 ? " and which has ended or never existed" : ""));
            }

            warp.Words(d)[lane] = values[source];
            found |= inRange ? 1u << lane : 0;
        }

        if (p >= 0)
            warp.Predicate(p) = (warp.Predicate(p) & ~mask) | found;
    }

    private (int Source, bool InRange) Source(int lane, int operand, uint packed)
    {
        int segment = (int)(packed >> 8 & 31), clamp = (int)(packed & 31);
        int most = (lane & segment) | (clamp & ~segment);
        int source = kind switch
        {
            ShuffleKind.Up => lane - operand,
            ShuffleKind.Down => lane + operand,
            ShuffleKind.Bfly => lane ^ operand,
            _ => (lane & segment) | (operand & ~segment & 31),
        };
        return (source, kind == ShuffleKind.Up ? source >= most : source <= most);
    }
}
