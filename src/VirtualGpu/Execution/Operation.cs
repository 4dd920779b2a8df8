using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// A decoded instruction. Operands are byte offsets into a warp's register file: a register is 32 lanes of 4 or 8
/// bytes in a row, a predicate one word with a bit for each lane; immediates lie there as registers, too.
/// </summary>
internal abstract class Operation
{
    public PtxInstruction Instruction { get; private set; } = null!;

    /// <summary>Index in the program.</summary>
    public int Pc { get; private set; }

    /// <summary>Offset of the guard's predicate; negative where the instruction always executes.</summary>
    public int Guard { get; private set; } = -1;

    /// <summary>All ones where the guard is negated.</summary>
    public uint GuardFlip { get; private set; }

    public InstructionClass Class { get; private set; }

    /// <summary>fp32 operations of each lane, for the counters.</summary>
    public int Float32Operations { get; set; }

    /// <summary>Whether it moves the program counter itself: <see cref="Control"/> is called, not Execute.</summary>
    public virtual bool IsControl => false;

    public Operation Place(PtxInstruction instruction, int pc, int guard, bool negated, InstructionClass kind)
    {
        Instruction = instruction;
        Pc = pc;
        Guard = guard;
        GuardFlip = negated ? uint.MaxValue : 0;
        Class = kind;
        return this;
    }

    /// <param name="mask">Lanes that execute; never empty.</param>
    public abstract void Execute(Warp warp, uint mask);

    /// <param name="mask">Lanes of the running split whose guard holds; may be empty.</param>
    public virtual void Control(Warp warp, uint mask) => throw new InvalidOperationException();
}
