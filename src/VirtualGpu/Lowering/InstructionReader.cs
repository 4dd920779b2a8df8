using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>
/// One instruction as its lowering reads it: modifiers are taken one by one, operands become places in the register
/// file. What is left over at the end was not understood, and is refused by name.
/// </summary>
internal sealed class InstructionReader
{
    private readonly List<string> _modifiers;
    private readonly Slots _slots;
    private readonly Symbols _symbols;
    private readonly HashSet<int> _used = [];

    public InstructionReader(PtxInstruction instruction, Slots slots, Symbols symbols)
    {
        Instruction = instruction;
        _modifiers = [.. instruction.Opcode.Split('.').Skip(1)];
        _slots = slots;
        _symbols = symbols;
    }

    public PtxInstruction Instruction { get; }

    public int Operands => Instruction.Operands.Count;

    public PtxException Refused(string what) => Instruction.Refused(what);

    // Modifiers

    /// <summary>Whether the modifier is there; it is then taken.</summary>
    public bool Take(string modifier) => _modifiers.Remove(modifier);

    /// <summary>The one of several that is there; null where none is.</summary>
    public string? TakeAny(params ReadOnlySpan<string> modifiers)
    {
        foreach (string modifier in modifiers)
        {
            if (_modifiers.Remove(modifier))
                return modifier;
        }

        return null;
    }

    public string TakeOne(params ReadOnlySpan<string> modifiers) => TakeAny(modifiers)
        ?? throw Refused($"expected one of .{string.Join(", .", modifiers!)}, which the virtual GPU executes");

    /// <summary>The first type among the modifiers.</summary>
    public PtxType Type()
    {
        foreach (string modifier in _modifiers)
        {
            if (PtxTypes.TryParse(modifier, out PtxType type))
            {
                _modifiers.Remove(modifier);
                return type;
            }
        }

        throw Refused("expected a type that the virtual GPU knows");
    }

    /// <summary>A type that must be one of these.</summary>
    public PtxType Type(params ReadOnlySpan<PtxType> allowed)
    {
        PtxType type = Type();
        return allowed.Contains(type)
            ? type
            : throw Refused($"the virtual GPU does not execute {Instruction.Name} on {type.Name()}");
    }

    /// <summary>Modifiers that change nothing here: cache hints and the like.</summary>
    public void Ignore(params ReadOnlySpan<string> modifiers)
    {
        foreach (string modifier in modifiers)
            _modifiers.Remove(modifier);
        _modifiers.RemoveAll(m => m.StartsWith("L1::", StringComparison.Ordinal)
            || m.StartsWith("L2::", StringComparison.Ordinal) && m != "L2::cache_hint");
    }

    /// <summary>Every modifier and operand must have been understood.</summary>
    public void End()
    {
        if (_modifiers.Count > 0)
            throw Refused($"the virtual GPU does not know the modifier '.{_modifiers[0]}' of {Instruction.Name}");
        if (_used.Count < Operands)
        {
            int first = Enumerable.Range(0, Operands).First(i => !_used.Contains(i));
            throw Refused($"{Instruction.Name} has an operand too many (number {first + 1})");
        }
    }

    // Operands

    public PtxOperand Operand(int index)
    {
        if (index >= Operands)
            throw Refused($"{Instruction.Name}: expected at least {index + 1} operands, got {Operands}");
        _used.Add(index);
        return Instruction.Operands[index];
    }

    /// <summary>A register, immediate, special register or address as a place with lanes of the type's width.</summary>
    public int Source(int index, PtxType type) => Source(Operand(index), type);

    public int Source(PtxOperand operand, PtxType type)
    {
        bool isWide = type.Size() == 8;
        switch (operand)
        {
            case PtxOperand.Register { Negated: false } register:
                CheckWidth(register.Value, type, wider: false);
                return _slots.Register(register.Value);
            case PtxOperand.Immediate immediate:
                return _slots.Immediate(Bits(immediate, type), isWide);
            case PtxOperand.Symbol { Name: "WARP_SZ" }:
                return _slots.Immediate(Warp.Lanes, isWide);
            case PtxOperand.Symbol symbol:
                return _slots.Immediate(_symbols.Address(this, symbol), isWide);
            case PtxOperand.Special special when RegisterConstants.IsKnown(special.Name) && !isWide:
                return _slots.Special(special.Name);
            case PtxOperand.Special special:
                throw Refused($"the virtual GPU has no special register '{special.Name}' of {type.Name()}");
            default:
                throw Refused($"expected a register or a number of {type.Name()} as operand");
        }
    }

    /// <summary>A 64-bit number of the virtual GPU's own.</summary>
    public int Constant(ulong bits) => _slots.Immediate(bits, isWide: true);

    /// <summary>A place for a predicate of the virtual GPU's own.</summary>
    public int Temporary() => _slots.Temporary();

    /// <summary>A register to write.</summary>
    public int Destination(int index, PtxType type) => Destination(Operand(index), type);

    public int Destination(PtxOperand operand, PtxType type)
    {
        if (operand is not PtxOperand.Register { Negated: false } register)
            throw Refused("expected a register as destination");
        CheckWidth(register.Value, type, wider: false);
        return _slots.Register(register.Value);
    }

    /// <summary>
    /// The destination as <see cref="Destination(int, PtxType)"/> reads it, where the register may be wider than the
    /// type.
    /// </summary>
    public (int Offset, PtxType Register) WiderDestination(PtxOperand operand, PtxType type)
    {
        if (operand is not PtxOperand.Register { Negated: false } register)
            throw Refused("expected a register as destination");
        CheckWidth(register.Value, type, wider: true);
        return (_slots.Register(register.Value), register.Value.Type);
    }

    /// <summary>
    /// The source as <see cref="Source(int, PtxType)"/> reads it, where a register may be wider than the type.
    /// </summary>
    public (int Offset, bool IsWide) WiderSource(PtxOperand operand, PtxType type)
    {
        if (operand is not PtxOperand.Register { Negated: false } register)
            return (Source(operand, type), type.Size() == 8);
        CheckWidth(register.Value, type, wider: true);
        return (_slots.Register(register.Value), register.Value.IsWide);
    }

    /// <returns>-1 for the sink '_'.</returns>
    public int PredicateDestination(PtxOperand operand)
    {
        if (operand is PtxOperand.Sink)
            return -1;
        return operand is PtxOperand.Register { Negated: false, Value.IsPredicate: true } register
            ? _slots.Register(register.Value)
            : throw Refused("expected a predicate register as destination");
    }

    public (int Offset, bool Negated) Predicate(int index) => Operand(index) switch
    {
        PtxOperand.Register { Value.IsPredicate: true } register =>
            (_slots.Register(register.Value), register.Negated),
        PtxOperand.Immediate { Float: null } immediate =>
            (_slots.Immediate(immediate.Bits != 0 ? uint.MaxValue : 0, isWide: false), false),
        _ => throw Refused($"expected a predicate as operand {index + 1}"),
    };

    /// <summary>An immediate integer.</summary>
    public long Number(int index) => Operand(index) is PtxOperand.Immediate { Float: null } immediate
        ? (long)immediate.Bits
        : throw Refused($"expected a number as operand {index + 1}");

    /// <summary>The elements of {a, b, ..}; a single operand counts as one.</summary>
    public IReadOnlyList<PtxOperand> Elements(int index, int count)
    {
        PtxOperand operand = Operand(index);
        IReadOnlyList<PtxOperand> elements = operand is PtxOperand.Vector vector ? vector.Elements : [operand];
        return elements.Count == count
            ? elements
            : throw Refused($"expected {count} registers in operand {index + 1}, got {elements.Count}");
    }

    public int[] Sources(int index, int count, PtxType type) =>
        [.. Elements(index, count).Select(e => Source(e, type))];

    public int[] Destinations(int index, int count, PtxType type) =>
        [.. Elements(index, count).Select(e => Destination(e, type))];

    /// <summary>[base + offset].</summary>
    public AddressOperand Address(int index)
    {
        if (Operand(index) is not PtxOperand.Address address)
            throw Refused($"expected an address in brackets as operand {index + 1}");
        return address.Base switch
        {
            PtxOperand.Register { Value.Type: var type } register when type.Size() >= 4
                && !register.Value.IsPredicate =>
                new AddressOperand(_slots.Register(register.Value), register.Value.IsWide, address.Offset),
            PtxOperand.Symbol or PtxOperand.Immediate { Float: null } =>
                new AddressOperand(Source(address.Base, PtxType.B64), true, address.Offset),
            _ => throw Refused("expected a 32-bit or 64-bit register or a variable as address"),
        };
    }

    private void CheckWidth(PtxRegister register, PtxType type, bool wider)
    {
        bool fits = register.IsPredicate == (type == PtxType.Pred)
            && (register.Type.Size() == type.Size() || (wider && register.Type.Size() > type.Size()));
        if (!fits)
            throw Refused($"register {register.Name} is {register.Type.Name()}: expected {8 * type.Size()} bits");
    }

    private ulong Bits(PtxOperand.Immediate immediate, PtxType type)
    {
        ulong bits = immediate.Bits;
        if (immediate.Float is { } given && given.Size() != type.Size())
        {
            bits = (given, type) switch
            {
                (PtxType.F64, PtxType.F32) =>
                    BitConverter.SingleToUInt32Bits((float)BitConverter.UInt64BitsToDouble(bits)),
                (PtxType.F32, PtxType.F64) =>
                    BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)bits)),
                _ => throw Refused($"a number of {given.Name()} where {type.Name()} is expected"),
            };
        }

        return type.Size() switch
        {
            1 => bits & 0xFF,
            2 => bits & 0xFFFF,
            4 => bits & 0xFFFFFFFF,
            _ => bits,
        };
    }
}
