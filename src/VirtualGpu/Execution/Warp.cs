using System.Numerics;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// 32 lanes with their registers. Lanes that stand at different instructions are splits; the one with the least program
/// counter runs, and splits that meet are merged: lanes reconverge where their paths join in the text.
/// </summary>
internal sealed unsafe class Warp(BlockRunner block, int index)
{
    public const int Lanes = 32;
    private const int NoHorizon = int.MaxValue;

    private readonly Split[] _others = new Split[Lanes];
    private int _otherCount;
    private int _horizon = NoHorizon;
    private long _executed;

    public BlockRunner Block => block;

    /// <summary>Number in the block.</summary>
    public int Index => index;

    /// <summary>The register file.</summary>
    public byte* Registers { get; private set; }

    /// <summary>Lanes that exist and have not exited.</summary>
    public uint Live { get; private set; }

    /// <summary>Lanes of the running split.</summary>
    public uint Mask { get; private set; }

    public int Pc { get; set; }

    public WarpStatus Status { get; private set; }

    /// <summary>Instructions that the warp may have executed by now.</summary>
    public long Executed => _executed;

    /// <summary>Asynchronous copies that have not landed, for each lane.</summary>
    public AsyncCopies Copies { get; } = new();

    public void Start(byte* registers, uint lanes)
    {
        Registers = registers;
        Live = Mask = lanes;
        Pc = 0;
        _otherCount = 0;
        _horizon = NoHorizon;
        _executed = 0;
        Status = WarpStatus.Ready;
        Copies.Clear();
    }

    public uint* Words(int offset) => (uint*)(Registers + offset);

    public ref uint Predicate(int offset) => ref *(uint*)(Registers + offset);

    /// <summary>Executes at most so many instructions, fewer where the warp comes to a barrier or ends.</summary>
    public void Run(int quantum)
    {
        Operation[] code = block.Code;
        long* counts = block.InstructionCounts;
        if ((_executed += quantum) > block.Launch.InstructionLimit)
            throw Fault(code[Pc], FaultKind.Runaway, -1, $"the warp executed {_executed:N0} instructions and goes on");
        while (quantum-- > 0 && Status == WarpStatus.Ready)
        {
            Operation operation = code[Pc];
            uint mask = Mask;
            if (operation.Guard >= 0)
                mask &= *(uint*)(Registers + operation.Guard) ^ operation.GuardFlip;
            counts[2 * operation.Pc]++;
            counts[(2 * operation.Pc) + 1] += BitOperations.PopCount(mask);
            if (operation.IsControl)
            {
                operation.Control(this, mask);
                continue;
            }

            if (mask != 0)
                operation.Execute(this, mask);
            if (++Pc >= _horizon)
                Settle();
        }
    }

    /// <summary>The running split goes on at the next instruction.</summary>
    public void Advance() => JumpTo(Pc + 1);

    public void JumpTo(int target)
    {
        Pc = target;
        if (_otherCount > 0)
            Settle();
    }

    /// <summary>Divides the running split: lanes of <paramref name="taken"/> go to the target, the others on.</summary>
    public void Diverge(uint taken, int target)
    {
        Push(new Split(target, taken, IsWaiting: false));
        Mask &= ~taken;
        JumpTo(Pc + 1);
    }

    /// <summary>
    /// Some lanes of the running split wait where they are for lanes that are elsewhere; the rest go on to the next
    /// instruction, or another split runs.
    /// </summary>
    public void Wait(uint waiting)
    {
        if (waiting != 0)
            Push(new Split(Pc, waiting, IsWaiting: true));
        Mask &= ~waiting;
        if (Mask != 0)
            JumpTo(Pc + 1);
        else
            RunAnother();
    }

    /// <summary>The lanes end; the rest of the running split goes on.</summary>
    public void Exit(uint lanes)
    {
        Live &= ~lanes;
        Mask &= ~lanes;
        Copies.Exit(lanes);
        if (Live == 0)
        {
            Status = WarpStatus.Done;
            block.WarpEnded();
            return;
        }

        for (int i = 0; i < _otherCount; i++)
        {
            if (_others[i].IsWaiting && block.Code[_others[i].Pc] is BarrierOperation barrier)
            {
                throw Divergence(
                    barrier, FaultKind.BarrierDivergence, _others[i].Mask, lanes, block.Code[Pc], "have ended");
            }
        }

        if (Mask == 0)
            RunAnother();
    }

    /// <summary>The whole warp waits at a barrier.</summary>
    public void Park() => Status = WarpStatus.AtBarrier;

    /// <summary>The barrier is complete: the warp goes on behind it.</summary>
    public void Release()
    {
        Status = WarpStatus.Ready;
        Advance();
    }

    public VirtualGpuFault Fault(Operation at, FaultKind kind, int lane, string what) =>
        block.Launch.Fault(at, kind, block.BlockIndex, lane < 0 ? -1 : (index * Lanes) + lane, what);

    /// <summary>Lanes as a person reads them: "lanes 0-3, 7 of warp 2".</summary>
    public string Describe(uint lanes)
    {
        var parts = new List<string>();
        for (int i = 0; i < Lanes; i++)
        {
            int first = i;
            while (i < Lanes && (lanes >> i & 1) != 0)
                i++;
            if (i > first)
                parts.Add(i - 1 == first ? $"{first}" : $"{first}-{i - 1}");
        }

        return $"{(BitOperations.PopCount(lanes) == 1 ? "lane" : "lanes")} {string.Join(", ", parts)} of warp {index}";
    }

    public VirtualGpuFault Divergence(
        Operation waited, FaultKind kind, uint waiting, uint others, Operation elsewhere, string doing)
    {
        string what = $"{Describe(waiting)} wait here, but {Describe(others)} {doing} at "
            + $"{elsewhere.Instruction.Source} ('{elsewhere.Instruction.Text}'). "
            + "Every lane must reach the same instruction: move it out of the branch.";
        return block.Launch.Fault(
            waited, kind, block.BlockIndex, (index * Lanes) + BitOperations.TrailingZeroCount(waiting), what,
            other: elsewhere);
    }

    private void RunAnother()
    {
        int best = -1;
        for (int i = 0; i < _otherCount; i++)
        {
            if (!_others[i].IsWaiting && (best < 0 || _others[i].Pc < _others[best].Pc))
                best = i;
        }

        if (best < 0)
            throw Stuck();
        (Pc, Mask) = (_others[best].Pc, _others[best].Mask);
        _others[best] = _others[--_otherCount];
        Settle();
    }

    private VirtualGpuFault Stuck()
    {
        Split first = _others[0];
        for (int i = 1; i < _otherCount; i++)
        {
            if (_others[i].Pc < first.Pc)
                first = _others[i];
        }

        Operation waited = block.Code[first.Pc];
        FaultKind kind = waited is BarrierOperation ? FaultKind.BarrierDivergence : FaultKind.WarpDivergence;
        for (int i = 0; i < _otherCount; i++)
        {
            if (_others[i].Pc != first.Pc)
                return Divergence(waited, kind, first.Mask, _others[i].Mask, block.Code[_others[i].Pc], "wait");
        }

        return Fault(
            waited, kind, BitOperations.TrailingZeroCount(first.Mask),
            $"{Describe(first.Mask)} wait here for lanes that have ended");
    }

    private void Push(Split split) => _others[_otherCount++] = split;

    /// <summary>
    /// Merges splits that stand where the running one does, lets the one with the least program counter run, and notes
    /// where the next meeting can be.
    /// </summary>
    private void Settle()
    {
        while (true)
        {
            int behind = -1;
            for (int i = _otherCount - 1; i >= 0; i--)
            {
                Split other = _others[i];
                if (other.Pc == Pc)
                {
                    Mask |= other.Mask;
                    _others[i] = _others[--_otherCount];
                    behind = -1;
                    i = _otherCount;
                }
                else if (!other.IsWaiting && other.Pc < Pc && (behind < 0 || other.Pc < _others[behind].Pc))
                {
                    behind = i;
                }
            }

            if (behind < 0)
                break;
            Split next = _others[behind];
            _others[behind] = new Split(Pc, Mask, IsWaiting: false);
            (Pc, Mask) = (next.Pc, next.Mask);
        }

        _horizon = NoHorizon;
        for (int i = 0; i < _otherCount; i++)
        {
            if (!_others[i].IsWaiting || _others[i].Pc > Pc)
                _horizon = Math.Min(_horizon, _others[i].Pc);
        }
    }
}
