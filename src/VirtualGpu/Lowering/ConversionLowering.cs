using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Execution.Arithmetic;
using MolEngine.VirtualGpu.Execution.Lanes;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>cvt.</summary>
internal static class ConversionLowering
{
    public static void Register(Dictionary<string, Func<InstructionReader, Lowered>> table) => table["cvt"] = Convert;

    private static Lowered Of(Operation operation) => new(operation, InstructionClass.Conversion);

    private static Lowered Convert(InstructionReader reader)
    {
        string? rounding = reader.TakeAny("rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi", "rna");
        bool ftz = reader.Take("ftz"), sat = reader.Take("sat");
        PtxType to = reader.Type(), from = reader.Type();
        if (to is PtxType.BF16x2 or PtxType.F16x2)
            return Pack(reader, rounding, to, from, ftz || sat);
        if (to == PtxType.TF32)
        {
            if (rounding != "rna" || from != PtxType.F32 || ftz || sat)
                throw reader.Refused("the virtual GPU executes only cvt.rna.tf32.f32");
            return Of(new Lanes1<uint, uint, ConversionFunctions.Tf32OfSingle>(
                reader.Destination(0, PtxType.B32), reader.Source(1, PtxType.F32)));
        }

        (int d, PtxType register) = reader.WiderDestination(reader.Operand(0), to);
        (int a, bool sourceIsWide) = reader.WiderSource(reader.Operand(1), from);
        CheckRounding(reader, rounding, to, from);
        if (!sat && !ftz && Fast(to, from, rounding, register, sourceIsWide, d, a) is { } fast)
            return Of(fast);
        bool toInteger = rounding is "rni" or "rzi" or "rmi" or "rpi";
        return Of(new ConvertOperation(
            d, register.Size(), Kind(reader, to), a, sourceIsWide, Kind(reader, from), Mode(rounding), toInteger, sat,
                ftz));
    }

    /// <summary>Which conversions need a rounding mode, and which kind, as the ISA has it.</summary>
    private static void CheckRounding(InstructionReader reader, string? rounding, PtxType to, PtxType from)
    {
        bool isWhole = rounding is "rni" or "rzi" or "rmi" or "rpi";
        bool isFloat = rounding is "rn" or "rz" or "rm" or "rp";
        bool narrows = to.IsFloat() && from.IsFloat()
            && (to.Size() < from.Size() || (to.Size() == from.Size() && to.Size() == 2 && to != from));
        bool ok = (to.IsFloat(), from.IsFloat()) switch
        {
            (false, false) => rounding is null,
            (false, true) => isWhole,
            (true, false) => isFloat,
            (true, true) => narrows ? isFloat : rounding is null || (to == from && isWhole),
        };
        if (!ok)
        {
            throw reader.Refused(
                $"the virtual GPU does not execute cvt from {from.Name()} to {to.Name()} with "
                + (rounding is null ? "no rounding mode" : $".{rounding}"));
        }
    }

    private static Operation? Fast(
        PtxType to, PtxType from, string? rounding, PtxType register, bool sourceIsWide, int d, int a) =>
        (to, from, rounding, register.Size(), sourceIsWide) switch
        {
            (PtxType.U64 or PtxType.S64, PtxType.U32, _, 8, false) =>
                new Lanes1<uint, ulong, ConversionFunctions.ZeroExtend>(d, a),
            (PtxType.U64 or PtxType.S64, PtxType.S32, _, 8, false) =>
                new Lanes1<int, long, ConversionFunctions.SignExtend>(d, a),
            (PtxType.U32 or PtxType.S32, PtxType.U64 or PtxType.S64, _, 4, true) =>
                new Lanes1<ulong, uint, ConversionFunctions.Truncate>(d, a),
            (PtxType.F32, PtxType.S32, "rn", 4, false) => new Lanes1<int, float, ConversionFunctions.SingleOfInt>(d, a),
            (PtxType.F32, PtxType.U32, "rn", 4, false) =>
                new Lanes1<uint, float, ConversionFunctions.SingleOfUInt>(d, a),
            (PtxType.F32, PtxType.BF16, null, 4, false) =>
                new Lanes1<uint, uint, ConversionFunctions.SingleOfBFloat16>(d, a),
            (PtxType.BF16, PtxType.F32, "rn", 2, false) =>
                new Lanes1<uint, uint, ConversionFunctions.BFloat16OfSingle>(d, a),
            _ => null,
        };

    private static Lowered Pack(InstructionReader reader, string? rounding, PtxType to, PtxType from, bool modified)
    {
        int d = reader.Destination(0, PtxType.B32);
        int a = reader.Source(1, PtxType.F32), b = reader.Source(2, PtxType.F32);
        if (from != PtxType.F32 || modified)
            throw reader.Refused($"the virtual GPU executes cvt to {to.Name()} only from .f32, without .ftz and .sat");
        return Of((to, rounding) switch
        {
            (PtxType.BF16x2, "rn") => new Lanes2<uint, uint, uint, ConversionFunctions.PackBFloat16>(d, a, b),
            (PtxType.BF16x2, "rz") => new Lanes2<uint, uint, uint, ConversionFunctions.PackBFloat16TowardZero>(d, a, b),
            (PtxType.F16x2, "rn") => new Lanes2<float, float, uint, ConversionFunctions.PackHalf>(d, a, b),
            _ => throw reader.Refused($"the virtual GPU does not execute this rounding to {to.Name()}"),
        });
    }

    private static RoundingMode Mode(string? rounding) => rounding switch
    {
        "rz" or "rzi" => RoundingMode.TowardZero,
        "rm" or "rmi" => RoundingMode.Down,
        "rp" or "rpi" => RoundingMode.Up,
        _ => RoundingMode.NearestEven,
    };

    private static NumberKind Kind(InstructionReader reader, PtxType type) =>
        Enum.TryParse(type.ToString(), out NumberKind kind) ? kind : throw IntegerOperations.Unknown(reader, type);
}
