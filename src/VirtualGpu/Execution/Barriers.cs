using System.Numerics;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// A block's 16 barriers. A barrier is complete when as many warps have arrived as it waits for: then their clocks are
/// joined, so that what each did before is ordered before what any does after.
/// </summary>
internal sealed class Barriers(BlockRunner block)
{
    private const int Count = 16;

    private readonly List<(Warp Warp, BarrierOperation Operation)>[] _arrived =
        [.. Enumerable.Range(0, Count).Select(_ => new List<(Warp, BarrierOperation)>())];

    private readonly List<(Warp Warp, BarrierOperation Operation)> _released = [];

    /// <summary>Threads that each barrier with arrivals waits for; -1 for all of the block.</summary>
    private readonly int[] _threads = new int[Count];

    public void Clear()
    {
        foreach (List<(Warp, BarrierOperation)> arrived in _arrived)
            arrived.Clear();
    }

    /// <param name="threads">A multiple of 32, or -1 for all threads of the block.</param>
    public void Arrive(Warp warp, BarrierOperation operation, int id, int threads)
    {
        if (id is < 0 or >= Count)
            throw Mismatch(warp, operation, $"barrier {id}: expected 0 to {Count - 1}");
        if (threads == 0 || (threads > 0 && threads % Warp.Lanes != 0))
            throw Mismatch(warp, operation, $"barrier {id}: {threads} threads: expected a multiple of {Warp.Lanes}");
        if (threads > block.WarpCount * Warp.Lanes)
        {
            throw Mismatch(
                warp, operation,
                $"barrier {id}: waits for {threads} threads, but the block has {block.WarpCount} warps");
        }

        List<(Warp Warp, BarrierOperation Operation)> arrived = _arrived[id];
        if (arrived.Count > 0)
            CheckSame(warp, operation, id, threads);
        _threads[id] = threads;
        arrived.Add((warp, operation));
        block.Counters.Barriers++;
        if (operation.Kind == BarrierKind.Arrive)
            warp.Advance();
        else
            warp.Park();
        Complete(id);
    }

    /// <summary>A barrier for all threads does not wait for warps that have ended.</summary>
    public void WarpEnded()
    {
        for (int id = 0; id < Count; id++)
        {
            if (_arrived[id].Count > 0 && _threads[id] < 0)
                Complete(id);
        }
    }

    /// <summary>Where every warp waits, for the report of a deadlock.</summary>
    public string Describe()
    {
        var parts = new List<string>();
        for (int id = 0; id < Count; id++)
        {
            foreach ((Warp warp, BarrierOperation operation) in _arrived[id])
            {
                string doing = operation.Kind == BarrierKind.Arrive ? "has arrived" : "waits";
                parts.Add($"warp {warp.Index} {doing} at barrier {id} ({operation.Instruction.Source})");
            }
        }

        return string.Join("; ", parts);
    }

    private void CheckSame(Warp warp, BarrierOperation operation, int id, int threads)
    {
        (Warp first, BarrierOperation other) = _arrived[id][0];
        bool same = Effective(_threads[id]) == Effective(threads)
            && IsReduction(other.Kind) == IsReduction(operation.Kind)
            && (!IsReduction(other.Kind) || other.Kind == operation.Kind);
        if (!same)
        {
            throw Mismatch(
                warp, operation,
                $"barrier {id}: warp {warp.Index} comes to '{operation.Instruction.Text}', but warp {first.Index} "
                + $"waits at {other.Instruction.Source} ('{other.Instruction.Text}'): expected one kind and "
                + "count at a time",
                other);
        }

        foreach ((Warp earlier, _) in _arrived[id])
        {
            if (earlier == warp)
            {
                throw Mismatch(
                    warp, operation, $"barrier {id}: warp {warp.Index} comes twice before the others have come once",
                    other);
            }
        }
    }

    private void Complete(int id)
    {
        List<(Warp Warp, BarrierOperation Operation)> arrived = _arrived[id];
        int expected = _threads[id] < 0 ? block.RunningWarps : _threads[id] / Warp.Lanes;
        if (arrived.Count < expected)
            return;
        block.Clocks.Join(arrived);
        int holds = 0, threads = 0;
        foreach ((Warp warp, BarrierOperation operation) in arrived)
        {
            if (IsReduction(operation.Kind))
                holds += BitOperations.PopCount(operation.Votes(warp));
            threads += BitOperations.PopCount(warp.Live);
        }

        _released.Clear();
        _released.AddRange(arrived);
        arrived.Clear();
        foreach ((Warp warp, BarrierOperation operation) in _released)
        {
            if (operation.Kind == BarrierKind.Arrive)
                continue;
            operation.Finish(warp, holds, threads);
            warp.Release();
        }
    }

    /// <summary>No count means all threads of the block, whole warps.</summary>
    private int Effective(int threads) => threads < 0 ? block.WarpCount * Warp.Lanes : threads;

    private static bool IsReduction(BarrierKind kind) => kind is BarrierKind.Popc or BarrierKind.And or BarrierKind.Or;

    private VirtualGpuFault Mismatch(Warp warp, Operation at, string what, Operation? other = null) =>
        block.Launch.Fault(at, FaultKind.BarrierMismatch, block.BlockIndex, warp.Index * Warp.Lanes, what, other);
}
