using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>Ends, barriers, fences and traps.</summary>
internal static class ControlLowering
{
    public static void Register(Dictionary<string, Func<InstructionReader, Lowered>> table)
    {
        table["ret"] = Exit;
        table["exit"] = Exit;
        table["bar"] = Barrier;
        table["barrier"] = Barrier;
        table["membar"] = Fence;
        table["fence"] = Fence;
        table["nanosleep"] = Sleep;
        table["trap"] = r => new Lowered(new TrapOperation(), InstructionClass.Other);
        table["brkpt"] = r => new Lowered(new TrapOperation(), InstructionClass.Other);
        table["call"] = r => throw r.Refused("a call of a function is not supported. Inline it (__forceinline__).");
    }

    private static Lowered Exit(InstructionReader reader)
    {
        reader.Ignore("uni");
        return new Lowered(new ExitOperation(), InstructionClass.Branch);
    }

    private static Lowered Barrier(InstructionReader reader)
    {
        reader.Ignore("cta");
        if (reader.Take("warp"))
        {
            reader.TakeOne("sync");
            return WarpLowering.Synchronised(
                new WarpBarrierOperation(), reader.Source(0, PtxType.B32), InstructionClass.Barrier);
        }

        bool aligned = reader.Instruction.Name == "bar" | reader.Take("aligned");
        if (!aligned)
            throw reader.Refused("the virtual GPU executes barriers that whole warps reach: expected bar or .aligned");
        string name = reader.TakeOne("sync", "arrive", "red");
        if (name == "red")
            return Reduction(reader);
        int id = reader.Source(0, PtxType.U32);
        int count = reader.Operands > 1 ? reader.Source(1, PtxType.U32) : -1;
        if (name == "arrive" && count < 0)
            throw reader.Refused("expected a number of threads");
        BarrierKind kind = name == "sync" ? BarrierKind.Sync : BarrierKind.Arrive;
        return new Lowered(new BarrierOperation(kind, id, count, -1, -1, false), InstructionClass.Barrier);
    }

    private static Lowered Reduction(InstructionReader reader)
    {
        BarrierKind kind = Enum.Parse<BarrierKind>(reader.TakeOne("popc", "and", "or"), ignoreCase: true);
        PtxType type = reader.Type(kind == BarrierKind.Popc ? PtxType.U32 : PtxType.Pred);
        int d = type == PtxType.Pred ? reader.PredicateDestination(reader.Operand(0)) : reader.Destination(0, type);
        int id = reader.Source(1, PtxType.U32);
        bool hasCount = reader.Operands > 3;
        int count = hasCount ? reader.Source(2, PtxType.U32) : -1;
        (int source, bool negated) = reader.Predicate(hasCount ? 3 : 2);
        return new Lowered(new BarrierOperation(kind, id, count, d, source, negated), InstructionClass.Barrier);
    }

    private static Lowered Fence(InstructionReader reader)
    {
        reader.Ignore("cta", "gl", "sys", "gpu", "sc", "acq_rel", "acquire", "release");
        return new Lowered(new NoOperation(), InstructionClass.Other);
    }

    private static Lowered Sleep(InstructionReader reader)
    {
        reader.Type(PtxType.U32);
        reader.Source(0, PtxType.U32);
        return new Lowered(new NoOperation(), InstructionClass.Other);
    }
}
