using System.Numerics;

namespace MolEngine.VirtualGpu.Tests.Instructions;

/// <summary>
/// fp32 arithmetic from the definition: the exact result as a fraction of big integers, rounded by comparing it with
/// neighbours.
/// </summary>
internal static class Rounding
{
    public static float Add(float a, float b, string mode)
    {
        if (!float.IsFinite(a) || !float.IsFinite(b))
            return a + b;
        if (a == -b)
            return a == 0 && float.IsNegative(a) == float.IsNegative(b) ? a : mode == "rm" ? -0f : 0f;
        return Round(Scaled(a) + Scaled(b), BigInteger.One, -Unit, mode);
    }

    public static float Multiply(float a, float b, string mode) => !float.IsFinite(a) || !float.IsFinite(b) || a == 0
        || b == 0
        ? a * b
        : Round(Scaled(a) * Scaled(b), BigInteger.One, -2 * Unit, mode);

    public static float Divide(float a, float b, string mode) => !float.IsFinite(a) || !float.IsFinite(b) || a == 0
        || b == 0
        ? a / b
        : Round(Scaled(a) * b.CompareTo(0), BigInteger.Abs(Scaled(b)), 0, mode);

    public static float MultiplyAdd(float a, float b, float c, string mode)
    {
        if (!float.IsFinite(a) || !float.IsFinite(b) || !float.IsFinite(c))
            return MathF.FusedMultiplyAdd(a, b, c);
        BigInteger sum = (Scaled(a) * Scaled(b)) + (Scaled(c) << Unit);
        if (!sum.IsZero)
            return Round(sum, BigInteger.One, -2 * Unit, mode);
        bool productSign = float.IsNegative(a) ^ float.IsNegative(b);
        bool isSame = (a == 0 || b == 0) && productSign == float.IsNegative(c);
        return isSame ? c : mode == "rm" ? -0f : 0f;
    }

    public static float SquareRoot(float a, string mode)
    {
        if (!(a > 0) || float.IsInfinity(a))
            return MathF.Sqrt(a);
        // The root of a 2^(2 * 200), to the integer below; one more bit says whether anything is left.
        BigInteger number = Scaled(a) << (400 - Unit);
        BigInteger root = Root(number);
        BigInteger rest = root * root == number ? 0 : 1;
        return Round((root << 1) + rest, BigInteger.One, -201, mode);
    }

    /// <summary>The smallest subnormal is 2^-149: every finite fp32 is an integer of such units.</summary>
    private const int Unit = 149;

    private static BigInteger Scaled(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x);
        int exponent = bits >> 23 & 255, fraction = bits & 0x7FFFFF;
        BigInteger size = exponent == 0 ? fraction : (BigInteger)(fraction | 0x800000) << (exponent - 1);
        return bits < 0 ? -size : size;
    }

    /// <summary>numerator / denominator 2^exponent, which is not zero.</summary>
    private static float Round(BigInteger numerator, BigInteger denominator, int exponent, string mode)
    {
        bool negative = numerator.Sign < 0;
        BigInteger n = BigInteger.Abs(numerator), d = denominator;
        // In units of 2^-149.
        int shift = exponent + Unit;
        if (shift >= 0)
            n <<= shift;
        else
            d <<= -shift;
        BigInteger units = BigInteger.DivRem(n, d, out _);
        long drop = Math.Max(0, (long)units.GetBitLength() - 24);
        BigInteger below = units >> (int)drop;
        // What is cut off, as a fraction of the last place: n / (d 2^drop) - below.
        BigInteger place = d << (int)drop;
        BigInteger rest = n - (below * place);
        int half = (2 * rest).CompareTo(place);
        bool up = mode switch
        {
            "rn" => half > 0 || (half == 0 && !below.IsEven),
            "rm" => negative && !rest.IsZero,
            "rp" => !negative && !rest.IsZero,
            _ => false,
        };
        BigInteger result = (up ? below + 1 : below) << (int)drop;
        double value = Math.ScaleB((double)result, -Unit);
        bool isTooLarge = value > float.MaxValue;
        bool stays = isTooLarge && (mode == "rz" || mode == (negative ? "rp" : "rm"));
        float size = stays ? float.MaxValue : (float)value;
        return negative ? -size : size;
    }

    private static BigInteger Root(BigInteger number)
    {
        BigInteger x = BigInteger.One << (int)((number.GetBitLength() / 2) + 1);
        while (true)
        {
            BigInteger next = (x + (number / x)) >> 1;
            if (next >= x)
                return x;
            x = next;
        }
    }
}
