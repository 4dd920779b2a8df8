using System.Numerics;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>atom and red on integers. A warp's lanes take turns in their order.</summary>
/// <param name="d">Where the old value goes; negative for red.</param>
/// <param name="c">cas: the new value; else negative.</param>
internal sealed unsafe class AtomicOperation(
    AddressOperand address, StateSpace space, PtxType type, AtomicKind kind, int d, int b, int c)
    : MemoryOperation(address, space, type.Size(), AccessKind.Atomic)
{
    private readonly bool _signed = type.IsSigned();

    protected override void Move(Warp warp, uint mask, byte** pointers)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            if (type.Size() == 8)
                Wide(warp, lane, ref *(ulong*)pointers[lane]);
            else
                Narrow(warp, lane, ref *(uint*)pointers[lane]);
        }
    }

    private void Narrow(Warp warp, int lane, ref uint memory)
    {
        uint operand = warp.Words(b)[lane];
        uint other = c < 0 ? 0 : warp.Words(c)[lane];
        uint old, seen = Volatile.Read(ref memory);
        do
        {
            old = seen;
            uint next = _signed && kind is AtomicKind.Min or AtomicKind.Max
                ? (uint)(kind == AtomicKind.Min ? Math.Min((int)old, (int)operand) : Math.Max((int)old, (int)operand))
                : (uint)Next(old, operand, other);
            seen = Interlocked.CompareExchange(ref memory, next, old);
        }
        while (seen != old);
        if (d >= 0)
            warp.Words(d)[lane] = old;
    }

    private void Wide(Warp warp, int lane, ref ulong memory)
    {
        ulong operand = ((ulong*)(warp.Registers + b))[lane];
        ulong other = c < 0 ? 0 : ((ulong*)(warp.Registers + c))[lane];
        ulong old, seen = Volatile.Read(ref memory);
        do
        {
            old = seen;
            ulong next = _signed && kind is AtomicKind.Min or AtomicKind.Max
                ? (ulong)(kind == AtomicKind.Min
                    ? Math.Min((long)old, (long)operand)
                    : Math.Max((long)old, (long)operand))
                : Next(old, operand, other);
            seen = Interlocked.CompareExchange(ref memory, next, old);
        }
        while (seen != old);
        if (d >= 0)
            ((ulong*)(warp.Registers + d))[lane] = old;
    }

    private ulong Next(ulong old, ulong operand, ulong other) => kind switch
    {
        AtomicKind.Add => old + operand,
        AtomicKind.Min => Math.Min(old, operand),
        AtomicKind.Max => Math.Max(old, operand),
        AtomicKind.And => old & operand,
        AtomicKind.Or => old | operand,
        AtomicKind.Xor => old ^ operand,
        AtomicKind.Exch => operand,
        AtomicKind.Cas => old == operand ? other : old,
        AtomicKind.Inc => old >= operand ? 0 : old + 1,
        _ => old == 0 || old > operand ? operand : old - 1,
    };
}
