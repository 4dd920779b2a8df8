namespace MolEngine.VirtualGpu.Ptx;

internal static class PtxTypes
{
    private static readonly Dictionary<string, PtxType> ByName =
        Enum.GetValues<PtxType>().ToDictionary(t => t.ToString().ToLowerInvariant());

    public static bool TryParse(string name, out PtxType type) => ByName.TryGetValue(name, out type);

    /// <summary>Bytes in memory; 4 for a predicate (one bit for each lane).</summary>
    public static int Size(this PtxType type) => type switch
    {
        PtxType.B8 or PtxType.U8 or PtxType.S8 => 1,
        >= PtxType.B16 and <= PtxType.BF16 => 2,
        >= PtxType.B64 => 8,
        _ => 4,
    };

    public static bool IsSigned(this PtxType type) => type is PtxType.S8 or PtxType.S16 or PtxType.S32 or PtxType.S64;

    public static bool IsUnsigned(this PtxType type) =>
        type is PtxType.U8 or PtxType.U16 or PtxType.U32 or PtxType.U64;

    public static bool IsBits(this PtxType type) => type is PtxType.B8 or PtxType.B16 or PtxType.B32 or PtxType.B64;

    public static bool IsInteger(this PtxType type) => type.IsSigned() || type.IsUnsigned();

    public static bool IsFloat(this PtxType type) => type
        is PtxType.F16 or PtxType.BF16 or PtxType.F32 or PtxType.F16x2 or PtxType.BF16x2 or PtxType.TF32 or PtxType.F64;

    /// <summary>The type's name as PTX writes it: .f32.</summary>
    public static string Name(this PtxType type) => "." + type.ToString().ToLowerInvariant();
}
