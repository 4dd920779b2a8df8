using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Execution.Arithmetic;
using MolEngine.VirtualGpu.Execution.Lanes;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>Moves, selections, bitwise logic and address spaces.</summary>
internal static class MoveLowering
{
    public static void Register(Dictionary<string, Func<InstructionReader, Lowered>> table)
    {
        table["mov"] = Move;
        table["selp"] = Select;
        table["slct"] = SelectBySign;
        table["and"] = r => Logic<IntegerFunctions.And>(r, '&');
        table["or"] = r => Logic<IntegerFunctions.Or>(r, '|');
        table["xor"] = r => Logic<IntegerFunctions.Xor>(r, '^');
        table["not"] = Not;
        table["lop3"] = LogicThree;
        table["prmt"] = Permute;
        table["bfi"] = Insert;
        table["cvta"] = ConvertAddress;
        table["dp4a"] = Dot;
    }

    private static Lowered Of(Operation operation) => new(operation, InstructionClass.Move);

    private static Lowered Move(InstructionReader reader)
    {
        PtxType type = reader.Type();
        if (type == PtxType.Pred)
        {
            (int source, bool negated) = reader.Predicate(1);
            return Of(new PredicateOperation('=', reader.PredicateDestination(reader.Operand(0)), source, Flip(negated),
                -1, 0));
        }

        if (reader.Operand(0) is PtxOperand.Vector parts)
            return Unpack(reader, type, parts);
        int d = reader.Destination(0, type);
        if (reader.Operand(1) is PtxOperand.Vector pieces)
            return Pack(reader, type, pieces, d);
        if (reader.Operand(1)
            is PtxOperand.Special { Name: "%clock" or "%clock64" or "%clock_hi" or "%globaltimer" } clock)
            return Of(new ClockOperation(d, type.Size() == 8, clock.Name == "%clock_hi" ? 32 : 0));
        int a = reader.Source(1, type);
        return Of(type.Size() == 8
            ? new Vector1<ulong, MixedFunctions.Identity<ulong>>(d, a)
            : new Vector1<uint, MixedFunctions.Identity<uint>>(d, a));
    }

    private static PtxType Part(InstructionReader reader, PtxType type, int count) => (type.Size(), count) switch
    {
        (4, 2) or (8, 4) => PtxType.B16,
        (8, 2) => PtxType.B32,
        _ => throw reader.Refused($"expected two or four halves that make up {type.Name()}, got {count} registers"),
    };

    private static Lowered Pack(InstructionReader reader, PtxType type, PtxOperand.Vector pieces, int d)
    {
        PtxType part = Part(reader, type, pieces.Elements.Count);
        int[] sources = reader.Sources(1, pieces.Elements.Count, part);
        return Of(new PackOperation(d, type.Size() == 8, sources, 8 * part.Size()));
    }

    private static Lowered Unpack(InstructionReader reader, PtxType type, PtxOperand.Vector parts)
    {
        PtxType part = Part(reader, type, parts.Elements.Count);
        int[] destinations = [.. parts.Elements.Select(
            e => e is PtxOperand.Sink ? -1 : reader.Destination(e, part))];
        return Of(new UnpackOperation(destinations, reader.Source(1, type), type.Size() == 8, 8 * part.Size()));
    }

    private static Lowered Select(InstructionReader reader)
    {
        PtxType type = reader.Type();
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, type);
        (int predicate, bool negated) = reader.Predicate(3);
        return Of(type.Size() == 8
            ? new SelectLanes<ulong>(d, a, b, predicate, Flip(negated))
            : new SelectLanes<uint>(d, a, b, predicate, Flip(negated)));
    }

    private static Lowered SelectBySign(InstructionReader reader)
    {
        PtxType type = reader.Type(), sign = reader.Type(PtxType.S32, PtxType.F32);
        if (type.Size() != 4)
            throw IntegerOperations.Unknown(reader, type);
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, type);
        int c = reader.Source(3, sign);
        return Of(sign == PtxType.S32
            ? new Lanes3<uint, uint, int, uint, MixedFunctions.SelectNotNegative>(d, a, b, c)
            : new Lanes3<uint, uint, float, uint, MixedFunctions.SelectNotNegativeFloat>(d, a, b, c));
    }

    private static Lowered Logic<TF>(InstructionReader reader, char predicate)
        where TF : IIntegerVector2
    {
        PtxType type = reader.Type(PtxType.Pred, PtxType.B16, PtxType.B32, PtxType.B64);
        if (type != PtxType.Pred)
            return new Lowered(IntegerOperations.TwoVector<TF>(reader, type), InstructionClass.Integer);
        (int a, bool notA) = reader.Predicate(1);
        (int b, bool notB) = reader.Predicate(2);
        int d = reader.PredicateDestination(reader.Operand(0));
        return Of(new PredicateOperation(predicate, d, a, Flip(notA), b, Flip(notB)));
    }

    private static Lowered Not(InstructionReader reader)
    {
        PtxType type = reader.Type(PtxType.Pred, PtxType.B16, PtxType.B32, PtxType.B64);
        if (type != PtxType.Pred)
            return new Lowered(IntegerOperations.One<IntegerFunctions.Not>(reader, type), InstructionClass.Integer);
        (int a, bool negated) = reader.Predicate(1);
        return Of(new PredicateOperation('!', reader.PredicateDestination(reader.Operand(0)), a, Flip(negated), -1, 0));
    }

    private static Lowered LogicThree(InstructionReader reader)
    {
        PtxType type = reader.Type(PtxType.B32);
        int d = reader.Destination(0, type);
        int a = reader.Source(1, type), b = reader.Source(2, type), c = reader.Source(3, type);
        return new Lowered(new LogicOperation(d, a, b, c, (byte)reader.Number(4)), InstructionClass.Integer);
    }

    private static Lowered Permute(InstructionReader reader)
    {
        PtxType type = reader.Type(PtxType.B32);
        int d = reader.Destination(0, type);
        int a = reader.Source(1, type), b = reader.Source(2, type), c = reader.Source(3, type);
        return new Lowered(
            new Lanes3<uint, uint, uint, uint, MixedFunctions.Permute>(d, a, b, c), InstructionClass.Integer);
    }

    private static Lowered Insert(InstructionReader reader)
    {
        PtxType type = reader.Type(PtxType.B32, PtxType.B64);
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, type);
        int position = reader.Source(3, PtxType.U32), length = reader.Source(4, PtxType.U32);
        return new Lowered(
            new InsertOperation(d, type.Size() == 8, a, b, position, length), InstructionClass.Integer);
    }

    /// <summary>
    /// Global, constant and generic addresses are the same; shared and local ones start at their windows.
    /// </summary>
    private static Lowered ConvertAddress(InstructionReader reader)
    {
        bool to = reader.Take("to");
        string space = reader.TakeOne("global", "const", "shared", "local", "param");
        reader.Take("u64");
        ulong window = space switch
        {
            "shared" => DeviceMemory.SharedWindow,
            "local" => DeviceMemory.LocalWindow,
            "param" => throw reader.Refused("the virtual GPU has no generic addresses of parameters"),
            _ => 0,
        };
        int d = reader.Destination(0, PtxType.U64), a = reader.Source(1, PtxType.U64);
        if (window == 0)
            return Of(new Vector1<ulong, MixedFunctions.Identity<ulong>>(d, a));
        int start = reader.Constant(window);
        return Of(to
            ? new Lanes2<ulong, ulong, ulong, MixedFunctions.Subtract>(d, a, start)
            : new Vector2<ulong, IntegerAdapters.FullVector2<ulong, IntegerFunctions.Add>>(d, a, start));
    }

    private static Lowered Dot(InstructionReader reader)
    {
        PtxType left = reader.Type(PtxType.U32, PtxType.S32), right = reader.Type(PtxType.U32, PtxType.S32);
        if (left != right)
            throw reader.Refused("the virtual GPU executes dp4a on operands of one signedness");
        int d = reader.Destination(0, left);
        int a = reader.Source(1, left), b = reader.Source(2, left), c = reader.Source(3, left);
        return new Lowered(
            left == PtxType.S32
                ? new Lanes3<uint, uint, uint, uint, MixedFunctions.DotSigned>(d, a, b, c)
                : new Lanes3<uint, uint, uint, uint, MixedFunctions.DotUnsigned>(d, a, b, c),
            InstructionClass.Integer);
    }

    private static uint Flip(bool negated) => negated ? uint.MaxValue : 0;
}
