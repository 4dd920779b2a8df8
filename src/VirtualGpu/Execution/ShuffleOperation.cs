using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>shfl.sync: each lane reads another's register; one out of its segment keeps its own.</summary>
/// <param name="p">Whether the source was in range; negative where not asked for.</param>
/// <param name="c">Clamp in bits 0 to 4, segment mask in bits 8 to 12.</param>
internal sealed unsafe class ShuffleOperation(ShuffleKind kind, int d, int p, int a, int b, int c) : Operation
{
    [SkipLocalsInit]
    public override void Execute(Warp warp, uint mask)
    {
        uint* values = stackalloc uint[Warp.Lanes];
        new ReadOnlySpan<uint>(warp.Words(a), Warp.Lanes).CopyTo(new Span<uint>(values, Warp.Lanes));
        uint* destination = warp.Words(d), operands = warp.Words(b), packed = warp.Words(c);
        uint found = 0;
        if (mask == uint.MaxValue && kind == ShuffleKind.Bfly && IsEverywhere(operands, *operands)
            && IsEverywhere(packed, 31))
        {
            // The usual exchange: no segments, every source in range.
            int distance = (int)*operands & 31;
            for (int lane = 0; lane < Warp.Lanes; lane++)
                destination[lane] = values[lane ^ distance];
            found = mask;
        }
        else
        {
            for (uint rest = mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                (int source, bool inRange) = Source(lane, (int)operands[lane] & 31, packed[lane]);
                if (!inRange)
                    source = lane;
                if ((mask >> source & 1) == 0)
                    throw Unnamed(warp, mask, lane, source);
                destination[lane] = values[source];
                found |= inRange ? 1u << lane : 0;
            }
        }

        if (p >= 0)
            warp.Predicate(p) = (warp.Predicate(p) & ~mask) | found;
    }

    private static bool IsEverywhere(uint* register, uint value) =>
        Vector512.EqualsAll(Vector512.Load(register), Vector512.Create(value))
        && Vector512.EqualsAll(Vector512.Load(register + Vector512<uint>.Count), Vector512.Create(value));

    private VirtualGpuFault Unnamed(Warp warp, uint mask, int lane, int source) => warp.Fault(
        this, FaultKind.Shuffle, lane,
        $"lane {lane} reads lane {source}, which its member mask {mask:x8} does not name"
            + ((warp.Live >> source & 1) == 0 ? " and which has ended or never existed" : ""));

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
