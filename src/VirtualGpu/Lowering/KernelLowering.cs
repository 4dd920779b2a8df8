using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>Decodes each instruction of a kernel, once, into an operation.</summary>
internal static class KernelLowering
{
    /// <summary>Bytes of the widest access that there is.</summary>
    private const int WidestAccess = 16;

    /// <summary>What an instruction's name is lowered by.</summary>
    private static readonly Dictionary<string, Func<InstructionReader, Lowered>> Table = BuildTable();

    /// <param name="globals">Device addresses of the module's global and constant variables.</param>
    /// <exception cref="PtxException">Something that the virtual GPU does not execute, by name and line.</exception>
    public static KernelProgram Lower(PtxModule module, PtxEntry entry, IReadOnlyDictionary<string, ulong> globals)
    {
        var symbols = new Symbols(module, entry, globals);
        RegisterAllocation allocation = RegisterAllocation.Of(entry);
        var slots = new Slots(allocation);
        var code = new List<Operation>(entry.Instructions.Count + 1);
        int sharedUnit = WidestAccess, globalUnit = WidestAccess;
        foreach (PtxInstruction instruction in entry.Instructions)
        {
            Lowered lowered = LowerOne(instruction, entry, slots, symbols);
            Operation inner = lowered.Operation is SyncOperation wide ? wide.Inner : lowered.Operation;
            if (inner is MemoryOperation { MayBeShared: true } memory)
                sharedUnit = Math.Min(sharedUnit, memory.Bytes);
            if (inner is MemoryOperation { MayBeGlobal: true } request)
                globalUnit = Math.Min(globalUnit, request.Bytes);
            int guard = instruction.Guard is { } predicate ? slots.Register(predicate.Value) : -1;
            bool negated = instruction.Guard?.Negated ?? false;
            code.Add(lowered.Operation.Place(instruction, code.Count, guard, negated, lowered.Class));
            if (lowered.Operation is SyncOperation sync)
                sync.Inner.Place(instruction, sync.Pc, -1, false, lowered.Class);
        }

        var end = new PtxInstruction
        {
            Opcode = "exit",
            Operands = [],
            Text = "(end of kernel)",
            Line = entry.Line,
            Source = default,
        };
        code.Add(new ExitOperation().Place(end, code.Count, -1, false, InstructionClass.Branch));
        if (code.Count >= ShadowRecord.MaxPc)
            throw new PtxException(entry.Line,
                $"kernel {entry.Name}: expected fewer than {ShadowRecord.MaxPc} instructions");
        return new KernelProgram
        {
            Name = entry.Name,
            Code = [.. code],
            RegisterBytes = slots.Bytes,
            Constants = slots.Constants,
            RegistersPerThread = allocation.MostLive,
            StaticShared = symbols.StaticShared,
            SharedUnit = sharedUnit,
            GlobalUnit = globalUnit,
            OrdersBlocks = entry.Instructions.Any(OrdersBlocks),
            LocalBytes = symbols.LocalBytes,
            SharedVariables = symbols.SharedVariables,
            Parameters = symbols.KernelParameters,
            ParameterBytes = symbols.ParameterBytes,
            ConstantBytes = (int)module.Variables.Where(v => v.Space == StateSpace.Const).Sum(v => v.Size),
            MaxThreads = entry.MaxThreads,
            RequiredThreads = entry.RequiredThreads,
        };
    }

    private static bool OrdersBlocks(PtxInstruction instruction)
    {
        string[] parts = instruction.Opcode.Split('.');
        bool isFence = parts[0] is "membar" or "fence" || parts.Intersect(["acquire", "release", "acq_rel"]).Any();
        return isFence && !parts.Contains("cta");
    }

    private static Lowered LowerOne(PtxInstruction instruction, PtxEntry entry, Slots slots, Symbols symbols)
    {
        var reader = new InstructionReader(instruction, slots, symbols);
        Lowered lowered;
        if (instruction.Name == "bra")
            lowered = Branch(reader, entry);
        else if (Table.TryGetValue(instruction.Name, out Func<InstructionReader, Lowered>? lower))
            lowered = lower(reader);
        else
            throw instruction.Refused($"the virtual GPU does not know the instruction '{instruction.Name}'");
        reader.End();
        return lowered;
    }

    private static Lowered Branch(InstructionReader reader, PtxEntry entry)
    {
        reader.Ignore("uni");
        return reader.Operand(0) is PtxOperand.Symbol label && entry.Labels.TryGetValue(label.Name, out int target)
            ? new Lowered(new BranchOperation(target), InstructionClass.Branch)
            : throw reader.Refused("expected a label of this kernel");
    }

    private static Dictionary<string, Func<InstructionReader, Lowered>> BuildTable()
    {
        var table = new Dictionary<string, Func<InstructionReader, Lowered>>();
        ArithmeticLowering.Register(table);
        IntegerLowering.Register(table);
        FloatLowering.Register(table);
        MoveLowering.Register(table);
        CompareLowering.Register(table);
        ConversionLowering.Register(table);
        MemoryLowering.Register(table);
        WarpLowering.Register(table);
        ControlLowering.Register(table);
        return table;
    }
}
