using System.Collections;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>The stretch of the text in which each register of a kernel is live.</summary>
internal sealed class Liveness
{
    private readonly PtxEntry _entry;
    private readonly List<(int Start, int End)> _blocks = [];
    private readonly List<int>[] _successors;
    private readonly BitArray[] _liveOut;

    public Liveness(PtxEntry entry)
    {
        _entry = entry;
        FindBlocks();
        _successors = [.. _blocks.Select(Successors)];
        _liveOut = [.. _blocks.Select(_ => new BitArray(entry.Registers.Count))];
        Solve();
    }

    /// <summary>
    /// The smallest interval that covers every instruction at which a register is live, written or read; (0, -1) for
    /// one that is never named.
    /// </summary>
    public (int First, int Last)[] Intervals()
    {
        var intervals = new (int First, int Last)[_entry.Registers.Count];
        Array.Fill(intervals, (int.MaxValue, -1));
        void Cover(int register, int at)
        {
            (int first, int last) = intervals[register];
            intervals[register] = (Math.Min(first, at), Math.Max(last, at));
        }

        List<PtxRegister> written = [], read = [];
        for (int b = 0; b < _blocks.Count; b++)
        {
            (int start, int end) = _blocks[b];
            BitArray live = new(_liveOut[b]);
            CoverAll(live, end - 1, Cover);
            for (int i = end - 1; i >= start; i--)
            {
                RegisterUse.Of(_entry.Instructions[i], written, read);
                foreach (PtxRegister register in written)
                {
                    Cover(register.Index, i);
                    live[register.Index] = false;
                }

                foreach (PtxRegister register in read)
                {
                    Cover(register.Index, i);
                    live[register.Index] = true;
                }
            }

            CoverAll(live, start, Cover);
        }

        for (int i = 0; i < intervals.Length; i++)
        {
            if (intervals[i].Last < 0)
                intervals[i] = (0, -1);
        }

        return intervals;
    }

    private static void CoverAll(BitArray live, int at, Action<int, int> cover)
    {
        for (int r = 0; r < live.Count; r++)
        {
            if (live[r])
                cover(r, at);
        }
    }

    private void FindBlocks()
    {
        int count = _entry.Instructions.Count;
        var starts = new SortedSet<int> { 0 };
        starts.UnionWith(_entry.Labels.Values.Where(i => i < count));
        for (int i = 0; i < count - 1; i++)
        {
            if (_entry.Instructions[i].Name is "bra" or "ret" or "exit")
                starts.Add(i + 1);
        }

        int[] ordered = [.. starts];
        for (int i = 0; i < ordered.Length && count > 0; i++)
            _blocks.Add((ordered[i], i + 1 < ordered.Length ? ordered[i + 1] : count));
    }

    private List<int> Successors((int Start, int End) block)
    {
        var successors = new List<int>();
        PtxInstruction last = _entry.Instructions[block.End - 1];
        bool falls = last.Guard is not null || last.Name is not ("bra" or "ret" or "exit");
        if (falls && block.End < _entry.Instructions.Count)
            successors.Add(_blocks.FindIndex(b => b.Start == block.End));
        if (last.Name == "bra" && last.Operands is [PtxOperand.Symbol target]
            && _entry.Labels.TryGetValue(target.Name, out int index) && index < _entry.Instructions.Count)
        {
            successors.Add(_blocks.FindIndex(b => b.Start == index));
        }

        return successors;
    }

    /// <summary>liveIn = read first | (liveOut - written); liveOut = union of the successors' liveIn.</summary>
    private void Solve()
    {
        int registers = _entry.Registers.Count;
        List<PtxRegister> written = [], read = [];
        var kills = new BitArray[_blocks.Count];
        var liveIn = new BitArray[_blocks.Count];
        for (int b = 0; b < _blocks.Count; b++)
        {
            kills[b] = new BitArray(registers);
            liveIn[b] = new BitArray(registers);
            for (int i = _blocks[b].Start; i < _blocks[b].End; i++)
            {
                RegisterUse.Of(_entry.Instructions[i], written, read);
                foreach (PtxRegister register in read.Where(r => !kills[b][r.Index]))
                    liveIn[b][register.Index] = true;
                foreach (PtxRegister register in written)
                    kills[b][register.Index] = true;
            }

            kills[b].Not();
        }

        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int b = _blocks.Count - 1; b >= 0; b--)
            {
                foreach (int next in _successors[b])
                    _liveOut[b].Or(liveIn[next]);
                BitArray through = new BitArray(_liveOut[b]).And(kills[b]);
                var before = new BitArray(liveIn[b]);
                liveIn[b].Or(through);
                changed |= before.Xor(liveIn[b]).HasAnySet();
            }
        }
    }
}
