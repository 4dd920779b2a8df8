using MolEngine.Basics.Numerics;

namespace MolEngine.Kernels.Checks;

/// <summary>Inputs of checks: seeded, so that a failure can be had again.</summary>
internal static class CheckValues
{
    /// <summary>Where rounding, infinity, NaN or the subnormal range begins or ends.</summary>
    private static readonly uint[] Special =
    [
        0x3F80_8000, // a tie of bf16, to the even neighbour below
        0x3F81_8000, // and above
        0x3F80_7FFF, 0x3F80_8001, // beside a tie
        0x0000_0000, 0x8000_0000, // zeros
        0x7F80_0000, 0xFF80_0000, // infinities
        0x7FC0_0000, 0xFFC0_1234, 0x7F80_0001, 0x7FFF_FFFF, // NaN, quiet and signalling
        0x0000_0001, 0x8000_0001, 0x007F_FFFF, 0x0080_0000, // subnormal, and the least normal
        0x0000_8000, 0x0001_8000, // ties of subnormal bf16
        0x7F7F_FFFF, 0xFF7F_FFFF, 0x7F7F_7FFF, 0x7F7F_8000, // largest; the first that bf16 has no number for
    ];

    /// <summary>Matrices with so many rows as columns of one.</summary>
    public static T[] SideBySide<T>(int rows, params T[][] matrices) =>
        [
            .. Enumerable.Range(0, rows).SelectMany(
                row => matrices.SelectMany(m => m[(row * (m.Length / rows))..((row + 1) * (m.Length / rows))])),
        ];

    /// <summary>Uniform in [-scale, scale), with 24 bits.</summary>
    public static float[] Uniform(int count, ulong key, float scale = 1)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = scale * (((SplitMix64.At(key, (ulong)i) >> 40) / (float)(1 << 23)) - 1);
        return values;
    }

    /// <summary>First the special values, then any bits.</summary>
    public static float[] AnyBits(int count, ulong key)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            uint bits = i < Special.Length ? Special[i] : (uint)SplitMix64.At(key, (ulong)i);
            values[i] = BitConverter.UInt32BitsToSingle(bits);
        }

        return values;
    }

    /// <summary>Puts special values among others, at every <paramref name="stride"/>-th place.</summary>
    public static float[] WithSpecials(float[] values, int stride)
    {
        for (int i = stride - 1, s = 0; i < values.Length && s < Special.Length; i += stride, s++)
            values[i] = BitConverter.UInt32BitsToSingle(Special[s]);
        return values;
    }
}
