using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Execution.Arithmetic;
using MolEngine.VirtualGpu.Execution.Lanes;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>Integer arithmetic, bits and shifts.</summary>
internal static class IntegerLowering
{
    public static void Register(Dictionary<string, Func<InstructionReader, Lowered>> table)
    {
        table["rem"] = r => Of(IntegerOperations.Two<IntegerFunctions.Remainder>(r, r.Type()));
        table["sad"] = r => Of(IntegerOperations.Three<IntegerFunctions.SumAbsoluteDifference>(r, r.Type()));
        table["cnot"] = r => Of(IntegerOperations.One<IntegerFunctions.LogicalNot>(r, Bits(r)));
        table["popc"] = PopulationCount;
        table["clz"] = LeadingZeros;
        table["bfind"] = FindBit;
        table["brev"] = Reverse;
        table["bfe"] = Extract;
        table["shl"] = ShiftLeft;
        table["shr"] = ShiftRight;
        table["shf"] = Funnel;
    }

    public static Lowered Add(InstructionReader reader, PtxType type) => Of(reader.Take("sat") && type == PtxType.S32
        ? IntegerOperations.Two<IntegerFunctions.AddSaturated>(reader, type)
        : IntegerOperations.TwoVector<IntegerFunctions.Add>(reader, Number(reader, type)));

    public static Lowered Subtract(InstructionReader reader, PtxType type) =>
        Of(reader.Take("sat") && type == PtxType.S32
        ? IntegerOperations.Two<IntegerFunctions.SubtractSaturated>(reader, type)
        : IntegerOperations.TwoVector<IntegerFunctions.Subtract>(reader, Number(reader, type)));

    public static Lowered Multiply(InstructionReader reader, PtxType type)
    {
        switch (reader.TakeOne("lo", "hi", "wide"))
        {
            case "lo":
                return Of(IntegerOperations.TwoVector<IntegerFunctions.MultiplyLow>(reader, Number(reader, type)));
            case "hi":
                return Of(IntegerOperations.Two<IntegerFunctions.MultiplyHigh>(reader, Number(reader, type)));
        }

        int d = reader.Destination(0, Twice(reader, type)), a = reader.Source(1, type), b = reader.Source(2, type);
        return Of(type switch
        {
            PtxType.U32 => new Lanes2<uint, uint, ulong, WideFunctions.Multiply>(d, a, b),
            PtxType.S32 => new Lanes2<int, int, long, WideFunctions.MultiplySigned>(d, a, b),
            PtxType.U16 => new Lanes2<uint, uint, uint, WideFunctions.Multiply16>(d, a, b),
            _ => new Lanes2<uint, uint, uint, WideFunctions.MultiplySigned16>(d, a, b),
        });
    }

    public static Lowered MultiplyAdd(InstructionReader reader, PtxType type)
    {
        switch (reader.TakeOne("lo", "hi", "wide"))
        {
            case "lo":
                return Of(IntegerOperations.Three<IntegerFunctions.MultiplyAddLow>(reader, type));
            case "hi":
                return Of(IntegerOperations.Three<IntegerFunctions.MultiplyAddHigh>(reader, type));
        }

        PtxType twice = Twice(reader, type);
        int d = reader.Destination(0, twice);
        int a = reader.Source(1, type), b = reader.Source(2, type), c = reader.Source(3, twice);
        return Of(type switch
        {
            PtxType.U32 => new Lanes3<uint, uint, ulong, ulong, WideFunctions.MultiplyAdd>(d, a, b, c),
            PtxType.S32 => new Lanes3<int, int, long, long, WideFunctions.MultiplyAddSigned>(d, a, b, c),
            PtxType.U16 => new Lanes3<uint, uint, uint, uint, WideFunctions.MultiplyAdd16>(d, a, b, c),
            _ => new Lanes3<uint, uint, uint, uint, WideFunctions.MultiplyAddSigned16>(d, a, b, c),
        });
    }

    public static Lowered Divide(InstructionReader reader, PtxType type) =>
        Of(IntegerOperations.Two<IntegerFunctions.Divide>(reader, Number(reader, type)));

    public static Lowered Min(InstructionReader reader, PtxType type) =>
        Of(IntegerOperations.TwoVector<IntegerFunctions.Min>(reader, Number(reader, type)));

    public static Lowered Max(InstructionReader reader, PtxType type) =>
        Of(IntegerOperations.TwoVector<IntegerFunctions.Max>(reader, Number(reader, type)));

    public static Lowered Negate(InstructionReader reader, PtxType type) =>
        Of(IntegerOperations.One<IntegerFunctions.Negate>(reader, Number(reader, type)));

    public static Lowered Absolute(InstructionReader reader, PtxType type) =>
        Of(IntegerOperations.One<IntegerFunctions.Absolute>(reader, Number(reader, type)));

    private static Lowered Of(Operation operation) => new(operation, InstructionClass.Integer);

    private static PtxType Number(InstructionReader reader, PtxType type) =>
        type.IsInteger() && type.Size() > 1 ? type : throw IntegerOperations.Unknown(reader, type);

    private static PtxType Bits(InstructionReader reader) => reader.Type(PtxType.B16, PtxType.B32, PtxType.B64);

    private static PtxType Twice(InstructionReader reader, PtxType type) => type switch
    {
        PtxType.U16 or PtxType.S16 => PtxType.B32,
        PtxType.U32 or PtxType.S32 => PtxType.B64,
        _ => throw IntegerOperations.Unknown(reader, type),
    };

    private static Lowered PopulationCount(InstructionReader reader)
    {
        PtxType type = reader.Type(PtxType.B32, PtxType.B64);
        int d = reader.Destination(0, PtxType.U32), a = reader.Source(1, type);
        return Of(type == PtxType.B64
            ? new Lanes1<ulong, uint, BitFunctions.PopulationCount<ulong>>(d, a)
            : new Lanes1<uint, uint, BitFunctions.PopulationCount<uint>>(d, a));
    }

    private static Lowered LeadingZeros(InstructionReader reader)
    {
        PtxType type = reader.Type(PtxType.B32, PtxType.B64);
        int d = reader.Destination(0, PtxType.U32), a = reader.Source(1, type);
        return Of(type == PtxType.B64
            ? new Lanes1<ulong, uint, BitFunctions.LeadingZeros<ulong>>(d, a)
            : new Lanes1<uint, uint, BitFunctions.LeadingZeros<uint>>(d, a));
    }

    private static Lowered FindBit(InstructionReader reader)
    {
        bool shift = reader.Take("shiftamt");
        PtxType type = reader.Type(PtxType.U32, PtxType.S32, PtxType.U64, PtxType.S64);
        int d = reader.Destination(0, PtxType.U32), a = reader.Source(1, type);
        return Of((type, shift) switch
        {
            (PtxType.U32, false) => new Lanes1<uint, uint, BitFunctions.FindBit<uint>>(d, a),
            (PtxType.S32, false) => new Lanes1<int, uint, BitFunctions.FindBit<int>>(d, a),
            (PtxType.U64, false) => new Lanes1<ulong, uint, BitFunctions.FindBit<ulong>>(d, a),
            (PtxType.S64, false) => new Lanes1<long, uint, BitFunctions.FindBit<long>>(d, a),
            (PtxType.U32, true) => new Lanes1<uint, uint, BitFunctions.FindShift<uint>>(d, a),
            (PtxType.S32, true) => new Lanes1<int, uint, BitFunctions.FindShift<int>>(d, a),
            (PtxType.U64, true) => new Lanes1<ulong, uint, BitFunctions.FindShift<ulong>>(d, a),
            _ => new Lanes1<long, uint, BitFunctions.FindShift<long>>(d, a),
        });
    }

    private static Lowered Reverse(InstructionReader reader)
    {
        PtxType type = reader.Type(PtxType.B32, PtxType.B64);
        int d = reader.Destination(0, type), a = reader.Source(1, type);
        return Of(type == PtxType.B64
            ? new Lanes1<ulong, ulong, BitFunctions.Reverse64>(d, a)
            : new Lanes1<uint, uint, BitFunctions.Reverse32>(d, a));
    }

    private static Lowered Extract(InstructionReader reader)
    {
        PtxType type = reader.Type(PtxType.U32, PtxType.S32, PtxType.U64, PtxType.S64);
        int d = reader.Destination(0, type), a = reader.Source(1, type);
        int b = reader.Source(2, PtxType.U32), c = reader.Source(3, PtxType.U32);
        return Of(type switch
        {
            PtxType.U32 => new Lanes3<uint, uint, uint, uint, BitFunctions.Extract<uint>>(d, a, b, c),
            PtxType.S32 => new Lanes3<int, uint, uint, int, BitFunctions.Extract<int>>(d, a, b, c),
            PtxType.U64 => new Lanes3<ulong, uint, uint, ulong, BitFunctions.Extract<ulong>>(d, a, b, c),
            _ => new Lanes3<long, uint, uint, long, BitFunctions.Extract<long>>(d, a, b, c),
        });
    }

    private static Lowered ShiftLeft(InstructionReader reader)
    {
        PtxType type = Bits(reader);
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, PtxType.U32);
        return Of(type switch
        {
            PtxType.B16 => new Lanes2<uint, uint, uint, BitFunctions.ShiftLeft16>(d, a, b),
            PtxType.B32 => new Lanes2<uint, uint, uint, BitFunctions.ShiftLeft32>(d, a, b),
            _ => new Lanes2<ulong, uint, ulong, BitFunctions.ShiftLeft64>(d, a, b),
        });
    }

    private static Lowered ShiftRight(InstructionReader reader)
    {
        PtxType type = reader.Type();
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, PtxType.U32);
        return Of(type switch
        {
            PtxType.B16 or PtxType.U16 or PtxType.B32 or PtxType.U32 =>
                new Lanes2<uint, uint, uint, BitFunctions.ShiftRight32>(d, a, b),
            PtxType.S16 => new Lanes2<uint, uint, uint, BitFunctions.ShiftRightSigned16>(d, a, b),
            PtxType.S32 => new Lanes2<int, uint, int, BitFunctions.ShiftRightSigned32>(d, a, b),
            PtxType.B64 or PtxType.U64 => new Lanes2<ulong, uint, ulong, BitFunctions.ShiftRight64>(d, a, b),
            PtxType.S64 => new Lanes2<long, uint, long, BitFunctions.ShiftRightSigned64>(d, a, b),
            _ => throw IntegerOperations.Unknown(reader, type),
        });
    }

    private static Lowered Funnel(InstructionReader reader)
    {
        bool left = reader.TakeOne("l", "r") == "l";
        bool wrap = reader.TakeOne("wrap", "clamp") == "wrap";
        PtxType type = reader.Type(PtxType.B32);
        int d = reader.Destination(0, type);
        int a = reader.Source(1, type), b = reader.Source(2, type), c = reader.Source(3, PtxType.U32);
        return Of((left, wrap) switch
        {
            (true, true) => new Lanes3<uint, uint, uint, uint, BitFunctions.FunnelLeftWrap>(d, a, b, c),
            (true, false) => new Lanes3<uint, uint, uint, uint, BitFunctions.FunnelLeftClamp>(d, a, b, c),
            (false, true) => new Lanes3<uint, uint, uint, uint, BitFunctions.FunnelRightWrap>(d, a, b, c),
            (false, false) => new Lanes3<uint, uint, uint, uint, BitFunctions.FunnelRightClamp>(d, a, b, c),
        });
    }
}
