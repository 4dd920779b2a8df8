using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>
/// Gives PTX's many registers few places, so that a warp's registers stay in the cache: liveness by data flow over
/// basic blocks, then a linear scan over the intervals (Poletto and Sarkar 1999). Lanes follow their own control flow
/// and writes are masked, so what is dead for a lane may be overwritten in that lane whatever the others do.
/// Results and operands of one instruction never share a place: operations may write before they have read all.
/// </summary>
internal sealed class RegisterAllocation
{
    private readonly int[] _offsets;

    private RegisterAllocation(int[] offsets, int bytes, int most)
    {
        _offsets = offsets;
        Bytes = bytes;
        MostLive = most;
    }

    /// <summary>Bytes of a warp's registers.</summary>
    public int Bytes { get; }

    /// <summary>The largest number of 32-bit registers that are live at once (predicates not counted).</summary>
    public int MostLive { get; }

    public int Offset(PtxRegister register) => _offsets[register.Index];

    public static RegisterAllocation Of(PtxEntry entry)
    {
        (int First, int Last)[] intervals = new Liveness(entry).Intervals();
        var offsets = new int[entry.Registers.Count];
        int bytes = 0;
        // Widths do not share places: writing lane 0 of a wide register must not touch two lanes of a narrow one.
        bytes = Scan(entry, intervals, offsets, bytes, r => r.IsWide, Warp.Lanes * 8);
        bytes = Scan(entry, intervals, offsets, bytes, r => !r.IsWide && !r.IsPredicate, Warp.Lanes * 4);
        bytes = Scan(entry, intervals, offsets, bytes, r => r.IsPredicate, 4);
        return new RegisterAllocation(offsets, (bytes + 63) & ~63, MostLiveOf(entry, intervals));
    }

    private static int Scan(
        PtxEntry entry, (int First, int Last)[] intervals, int[] offsets, int start, Func<PtxRegister, bool> takes,
            int size)
    {
        start = (start + 63) & ~63;
        var free = new Stack<int>();
        var active = new PriorityQueue<int, int>();
        int end = start;
        foreach (PtxRegister register in entry.Registers.Where(takes).OrderBy(r => intervals[r.Index].First))
        {
            (int first, int last) = intervals[register.Index];
            while (active.TryPeek(out int offset, out int until) && until < first)
            {
                active.Dequeue();
                free.Push(offset);
            }

            if (!free.TryPop(out int place))
            {
                place = end;
                end += size;
            }

            offsets[register.Index] = place;
            active.Enqueue(place, last);
        }

        return end;
    }

    private static int MostLiveOf(PtxEntry entry, (int First, int Last)[] intervals)
    {
        var change = new int[entry.Instructions.Count + 2];
        foreach (PtxRegister register in entry.Registers.Where(r => !r.IsPredicate))
        {
            (int first, int last) = intervals[register.Index];
            if (last < first)
                continue;
            int size = register.IsWide ? 2 : 1;
            // A result may take the place of an operand that ends with it.
            change[first] += size;
            change[Math.Max(last, first + 1)] -= size;
        }

        int now = 0, most = 0;
        foreach (int step in change)
        {
            now += step;
            most = Math.Max(most, now);
        }

        return most;
    }
}
