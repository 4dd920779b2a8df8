namespace MolEngine.VirtualGpu.Execution.Arithmetic;

internal readonly struct Float16Format : IHalfFormat
{
    private const uint CanonicalNaN = 0x7FFF;

    public static double Decode(uint bits) => (double)BitConverter.UInt16BitsToHalf((ushort)bits);

    public static uint Encode(double value, RoundingMode mode) => double.IsNaN(value)
        ? CanonicalNaN
        : BitConverter.HalfToUInt16Bits((Half)FloatFormat.Half.Round(value, mode));
}
