using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Execution.Arithmetic;
using MolEngine.VirtualGpu.Execution.Lanes;
using MolEngine.VirtualGpu.Ptx;
using static MolEngine.VirtualGpu.Execution.Arithmetic.IntegerAdapters;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>Chooses the operation of an integer function for a type.</summary>
internal static class IntegerOperations
{
    public static Operation One<TF>(InstructionReader reader, PtxType type)
        where TF : IInteger1
    {
        int d = reader.Destination(0, type), a = reader.Source(1, type);
        return type switch
        {
            PtxType.U16 or PtxType.B16 => new Lanes1<uint, uint, Narrow1<ushort, TF>>(d, a),
            PtxType.S16 => new Lanes1<uint, uint, Narrow1<short, TF>>(d, a),
            PtxType.U32 or PtxType.B32 => new Lanes1<uint, uint, Full1<uint, TF>>(d, a),
            PtxType.S32 => new Lanes1<int, int, Full1<int, TF>>(d, a),
            PtxType.U64 or PtxType.B64 => new Lanes1<ulong, ulong, Full1<ulong, TF>>(d, a),
            PtxType.S64 => new Lanes1<long, long, Full1<long, TF>>(d, a),
            _ => throw Unknown(reader, type),
        };
    }

    public static Operation Two<TF>(InstructionReader reader, PtxType type)
        where TF : IInteger2
    {
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, type);
        return type switch
        {
            PtxType.U16 or PtxType.B16 => new Lanes2<uint, uint, uint, Narrow2<ushort, TF>>(d, a, b),
            PtxType.S16 => new Lanes2<uint, uint, uint, Narrow2<short, TF>>(d, a, b),
            PtxType.U32 or PtxType.B32 => new Lanes2<uint, uint, uint, Full2<uint, TF>>(d, a, b),
            PtxType.S32 => new Lanes2<int, int, int, Full2<int, TF>>(d, a, b),
            PtxType.U64 or PtxType.B64 => new Lanes2<ulong, ulong, ulong, Full2<ulong, TF>>(d, a, b),
            PtxType.S64 => new Lanes2<long, long, long, Full2<long, TF>>(d, a, b),
            _ => throw Unknown(reader, type),
        };
    }

    /// <summary>An operation that takes vectors of the host where lanes are as wide as the type.</summary>
    public static Operation TwoVector<TF>(InstructionReader reader, PtxType type)
        where TF : IIntegerVector2
    {
        if (type.Size() < 4)
            return Two<TF>(reader, type);
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, type);
        return type switch
        {
            PtxType.U32 or PtxType.B32 => new Vector2<uint, FullVector2<uint, TF>>(d, a, b),
            PtxType.S32 => new Vector2<int, FullVector2<int, TF>>(d, a, b),
            PtxType.U64 or PtxType.B64 => new Vector2<ulong, FullVector2<ulong, TF>>(d, a, b),
            PtxType.S64 => new Vector2<long, FullVector2<long, TF>>(d, a, b),
            _ => throw Unknown(reader, type),
        };
    }

    public static Operation Three<TF>(InstructionReader reader, PtxType type)
        where TF : IInteger3
    {
        int d = reader.Destination(0, type);
        int a = reader.Source(1, type), b = reader.Source(2, type), c = reader.Source(3, type);
        return type switch
        {
            PtxType.U16 => new Lanes3<uint, uint, uint, uint, Narrow3<ushort, TF>>(d, a, b, c),
            PtxType.S16 => new Lanes3<uint, uint, uint, uint, Narrow3<short, TF>>(d, a, b, c),
            PtxType.U32 => new Lanes3<uint, uint, uint, uint, Full3<uint, TF>>(d, a, b, c),
            PtxType.S32 => new Lanes3<int, int, int, int, Full3<int, TF>>(d, a, b, c),
            PtxType.U64 => new Lanes3<ulong, ulong, ulong, ulong, Full3<ulong, TF>>(d, a, b, c),
            PtxType.S64 => new Lanes3<long, long, long, long, Full3<long, TF>>(d, a, b, c),
            _ => throw Unknown(reader, type),
        };
    }

    public static PtxException Unknown(InstructionReader reader, PtxType type) =>
        reader.Refused($"the virtual GPU does not execute {reader.Instruction.Name} on {type.Name()}");
}
