namespace MolEngine.VirtualGpu.Execution.Arithmetic;

internal readonly struct BFloat16Format : IHalfFormat
{
    private const uint CanonicalNaN = 0x7FFF;

    public static double Decode(uint bits) => BitConverter.UInt32BitsToSingle(bits << 16);

    public static uint Encode(double value, RoundingMode mode) => double.IsNaN(value)
        ? CanonicalNaN
        : BitConverter.SingleToUInt32Bits((float)FloatFormat.BFloat16.Round(value, mode)) >> 16;
}
