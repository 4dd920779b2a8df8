namespace MolEngine.Basics.Numerics;

/// <summary>bf16 as its 16 bits: the upper half of an fp32.</summary>
public static class Bf16
{
    private const ushort CanonicalNaN = 0x7FFF;

    /// <summary>To nearest, ties to even; NaN becomes 0x7FFF.</summary>
    public static ushort Round(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return float.IsNaN(x) ? CanonicalNaN : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Exactly.</summary>
    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
