namespace MolEngine.VirtualGpu.Tests.Instructions;

/// <summary>Values at which arithmetic goes wrong.</summary>
internal static class Edge
{
    public static readonly ulong[] Words =
        [0, 1, 2, 3, 7, 31, 32, 33, 0x7F, 0x80, 0xFFFF, 0x10000, 0x12345678, 0x7FFFFFFF, 0x80000000, 0x80000001,
            0xFFFFFFFE,
            0xFFFFFFFF];

    public static readonly ulong[] Shorts = [0, 1, 2, 7, 15, 16, 0x7F, 0x80, 0xFF, 0x1234, 0x7FFF, 0x8000, 0x8001,
        0xFFFF];

    public static readonly ulong[] Longs =
        [0, 1, 3, 63, 64, 0xFFFFFFFF, 0x100000000, 0x123456789ABCDEF0, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000,
            0x8000000000000001, 0xFFFFFFFFFFFFFFFF];

    public static readonly float[] FloatValues =
        [0f, -0f, 1f, -1f, 1.5f, 2.5f, -2.5f, 3f, 0.1f, 1e-3f, 16777216f, 16777215f, 1e30f, -1e30f, float.MaxValue,
            float.MinValue, float.Epsilon, -float.Epsilon, 1.17549435e-38f, 1.1754942e-38f, -1.17549435e-38f,
            float.PositiveInfinity, float.NegativeInfinity, float.NaN, 2147483648f, -2147483904f, 4294967296f, 0.5f,
                1e-20f];

    public static readonly ulong[] Floats = [.. FloatValues.Select(Bits)];

    /// <summary>With a payload and a sign, and a signalling one.</summary>
    public static readonly ulong[] FloatsWithNaNs = [.. Floats, 0xFFC12345, 0x7F800001];

    public static readonly ulong[] Doubles =
        [.. new[]
        {
            0d, -0d, 1, -1, 1.5, 0.1, 1e300, -1e300, double.MaxValue, double.Epsilon, 1e-310, double.PositiveInfinity,
            double.NegativeInfinity, double.NaN, 1 + Math.ScaleB(1, -24), 1 + Math.ScaleB(3, -24), 2147483647.5, 1e10,
        }.Select(BitConverter.DoubleToUInt64Bits)];

    /// <summary>bf16 or fp16 bits.</summary>
    public static readonly ulong[] Halves =
        [0, 0x8000, 1, 0x8001, 0x3C00, 0x3C01, 0xBC00, 0x3F80, 0x3F81, 0xBF80, 0x4049, 0x7BFF, 0x7C00, 0xFC00, 0x7F7F,
            0x7F80,
            0xFF80, 0x7FC0, 0x0400, 0x03FF, 0x0080, 0x007F, 0x4B80];

    public static ulong Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    public static float Float(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    public static double Double(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    /// <summary>As PTX writes fp32 results: one NaN.</summary>
    public static ulong Result(float value) => float.IsNaN(value) ? 0x7FFFFFFF : Bits(value);
}
