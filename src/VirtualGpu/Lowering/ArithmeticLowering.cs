using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>Names that integers and floats share: the type says which of the two it is.</summary>
internal static class ArithmeticLowering
{
    private static readonly Dictionary<string, (Func<InstructionReader, PtxType, Lowered> Integer,
        Func<InstructionReader, PtxType, Lowered> Float)> Shared = new()
        {
            ["add"] = (IntegerLowering.Add, FloatLowering.Add),
            ["sub"] = (IntegerLowering.Subtract, FloatLowering.Subtract),
            ["mul"] = (IntegerLowering.Multiply, FloatLowering.Multiply),
            ["mad"] = (IntegerLowering.MultiplyAdd, FloatLowering.MultiplyAdd),
            ["div"] = (IntegerLowering.Divide, FloatLowering.Divide),
            ["min"] = (IntegerLowering.Min, FloatLowering.Min),
            ["max"] = (IntegerLowering.Max, FloatLowering.Max),
            ["neg"] = (IntegerLowering.Negate, FloatLowering.Negate),
            ["abs"] = (IntegerLowering.Absolute, FloatLowering.Absolute),
        };

    public static void Register(Dictionary<string, Func<InstructionReader, Lowered>> table)
    {
        foreach ((string name, var lower) in Shared)
        {
            table[name] = reader =>
            {
                PtxType type = reader.Type();
                return type.IsFloat() ? lower.Float(reader, type) : lower.Integer(reader, type);
            };
        }
    }
}
