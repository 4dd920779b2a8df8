using System.Numerics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>bar.sync, bar.arrive and bar.red (barrier.* too): a warp comes with all its live lanes.</summary>
/// <param name="id">Offset of the register with the barrier's number.</param>
/// <param name="count">Offset of the register with the number of threads; negative for all of the block.</param>
/// <param name="destination">Offset of bar.red's result.</param>
/// <param name="source">Offset of bar.red's predicate.</param>
internal sealed unsafe class BarrierOperation(
    BarrierKind kind, int id, int count, int destination, int source, bool negated) : Operation
{
    public BarrierKind Kind => kind;

    public override bool IsControl => true;

    public override void Execute(Warp warp, uint mask) => throw new InvalidOperationException();

    public override void Control(Warp warp, uint mask)
    {
        if (mask == 0)
        {
            warp.Advance();
        }
        else if (mask != warp.Live)
        {
            warp.Wait(mask);
        }
        else
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            int threads = count < 0 ? -1 : (int)warp.Words(count)[lane];
            warp.Block.Barriers.Arrive(warp, this, (int)warp.Words(id)[lane], threads);
        }
    }

    /// <summary>Lanes of the warp whose predicate holds.</summary>
    public uint Votes(Warp warp) =>
        (warp.Predicate(source) ^ (negated ? uint.MaxValue : 0)) & warp.Live;

    /// <summary>Gives a warp the block's result.</summary>
    /// <param name="holds">Threads whose predicate holds.</param>
    /// <param name="threads">Threads that took part.</param>
    public void Finish(Warp warp, int holds, int threads)
    {
        if (kind == BarrierKind.Popc)
            new Span<uint>(warp.Words(destination), Warp.Lanes).Fill((uint)holds);
        else if (kind == BarrierKind.And)
            warp.Predicate(destination) = holds == threads ? uint.MaxValue : 0;
        else if (kind == BarrierKind.Or)
            warp.Predicate(destination) = holds > 0 ? uint.MaxValue : 0;
    }
}
