using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>setp: p = (a ? b) op c and q = !(a ? b) op c.</summary>
/// <param name="q">Offset of the second predicate; negative where there is none.</param>
/// <param name="c">Offset of the predicate to combine with; negative where there is none.</param>
internal sealed unsafe class CompareLanes<T, TOp>(
    int p, int q, int a, int b, PredicateCombine combine, int c, uint flip) : Operation
    where T : unmanaged
    where TOp : ICompare<T>
{
    public override void Execute(Warp warp, uint mask)
    {
        uint holds = Compare((T*)(warp.Registers + a), (T*)(warp.Registers + b));
        uint other = c < 0 ? 0 : warp.Predicate(c) ^ flip;
        Write(warp, p, Combine(holds, other), mask);
        if (q >= 0)
            Write(warp, q, Combine(~holds, other), mask);
    }

    private static uint Compare(T* a, T* b)
    {
        uint holds = 0;
        if (!Vector256.IsHardwareAccelerated)
        {
            for (int i = 0; i < Warp.Lanes; i++)
                holds |= TOp.Apply(a[i], b[i]) ? 1u << i : 0;
            return holds;
        }

        for (int i = 0; i < Warp.Lanes; i += Vector512<T>.Count)
        {
            Vector512<T> result = TOp.Apply(Vector512.Load(a + i), Vector512.Load(b + i));
            holds |= (uint)result.ExtractMostSignificantBits() << i;
        }

        return holds;
    }

    private uint Combine(uint holds, uint other) => combine switch
    {
        PredicateCombine.And => holds & other,
        PredicateCombine.Or => holds | other,
        PredicateCombine.Xor => holds ^ other,
        _ => holds,
    };

    private static void Write(Warp warp, int offset, uint value, uint mask)
    {
        if (offset >= 0)
            warp.Predicate(offset) = (warp.Predicate(offset) & ~mask) | (value & mask);
    }
}
