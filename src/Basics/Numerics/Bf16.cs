namespace MolEngine.Basics.Numerics;

/// <summary>bf16 as its 16 bits: the upper half of an fp32.</summary>
public static class Bf16
{
    private const ushort CanonicalNaN = 0x7FFF;

    /// <summary>
    /// An fp32 to the nearest, ties to even; NaN becomes 0x7FFF, as on a GPU, and what is too large infinite.
    /// </summary>
    public static ushort Round(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return float.IsNaN(x) ? CanonicalNaN : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>A float64 in one rounding, else as an fp32.</summary>
    public static ushort Round(double x)
    {
        float single = (float)x;
        if (double.IsNaN(x) || single == x)
            return Round(single);
        // Rounding to odd keeps, in the last bit of the fp32, that something was cut off: the second rounding then sees
        // no false tie.
        uint bits = BitConverter.SingleToUInt32Bits(single);
        if (Math.Abs((double)single) > Math.Abs(x))
            bits--;
        return Round(BitConverter.UInt32BitsToSingle(bits | 1));
    }

    /// <summary>The number that 16 bits are, exactly.</summary>
    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
