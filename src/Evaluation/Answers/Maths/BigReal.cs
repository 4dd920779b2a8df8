using System.Numerics;

namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// A real number with 256 significant bits: mantissa · 2^exponent. Every operation rounds once and is off by at most a
/// unit of its last bit; what is compared leaves 160 of the bits to errors that add up.
/// </summary>
internal readonly record struct BigReal
{
    /// <summary>Significant bits.</summary>
    public const int Precision = 256;

    /// <summary>Exponents beyond it are refused: 2^(2^40) is no answer of anybody's.</summary>
    private const long MostExponent = 1L << 40;

    private BigReal(BigInteger mantissa, long exponent)
    {
        long excess = mantissa.GetBitLength() - Precision;
        if (excess > 0)
        {
            // Half a unit is added before the cut: rounding to the nearest.
            mantissa = (mantissa + (BigInteger.One << (int)(excess - 1))) >> (int)excess;
            exponent += excess;
        }

        if (Math.Abs(exponent) > MostExponent)
            throw new UndefinedValueException("a number beyond 2^(2^40)");
        (Mantissa, Exponent) = mantissa.IsZero ? (mantissa, 0) : (mantissa, exponent);
    }

    public BigInteger Mantissa { get; }

    public long Exponent { get; }

    public static BigReal Zero { get; } = new(0, 0);

    public static BigReal One { get; } = new(1, 0);

    public int Sign => Mantissa.Sign;

    /// <summary>
    /// The number of bits before the binary point: 2^(Magnitude - 1) ≤ |x| &lt; 2^Magnitude; far below for 0.
    /// </summary>
    public long Magnitude => Mantissa.IsZero ? -MostExponent : Exponent + BigInteger.Abs(Mantissa).GetBitLength();

    public static implicit operator BigReal(int value) => new(value, 0);

    public static BigReal operator -(BigReal a) => new(-a.Mantissa, a.Exponent);

    public static BigReal operator +(BigReal a, BigReal b)
    {
        if (a.Mantissa.IsZero || b.Magnitude > a.Magnitude + Precision + 2)
            return b;
        if (b.Mantissa.IsZero || a.Magnitude > b.Magnitude + Precision + 2)
            return a;
        long low = Math.Min(a.Exponent, b.Exponent);
        return new BigReal(
            (a.Mantissa << (int)(a.Exponent - low)) + (b.Mantissa << (int)(b.Exponent - low)), low);
    }

    public static BigReal operator -(BigReal a, BigReal b) => a + -b;

    public static BigReal operator *(BigReal a, BigReal b) => new(a.Mantissa * b.Mantissa, a.Exponent + b.Exponent);

    public static BigReal operator /(BigReal a, BigReal b)
    {
        if (b.Mantissa.IsZero)
            throw new UndefinedValueException("a division by zero");
        const int Guard = (2 * Precision) + 2;
        return new BigReal((a.Mantissa << Guard) / b.Mantissa, a.Exponent - b.Exponent - Guard);
    }

    public static bool operator <(BigReal a, BigReal b) => (a - b).Sign < 0;

    public static bool operator >(BigReal a, BigReal b) => (a - b).Sign > 0;

    public static BigReal Of(Rational value) => new BigReal(value.Numerator, 0) / new BigReal(value.Denominator, 0);

    public static BigReal Of(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return Zero;
        int exponent = Math.ILogB(value) - 60;
        return new BigReal(new BigInteger(Math.ScaleB(value, -exponent)), exponent);
    }

    public BigReal Abs() => new(BigInteger.Abs(Mantissa), Exponent);

    /// <summary>The value times 2^<paramref name="bits"/>, exactly.</summary>
    public BigReal Scaled(long bits) => new(Mantissa, Exponent + bits);

    /// <summary>The square root of a number that is not negative.</summary>
    public BigReal Sqrt()
    {
        if (Mantissa.IsZero)
            return Zero;
        int shift = (2 * Precision) + (int)(Exponent & 1);
        BigInteger square = Mantissa << shift;
        BigInteger root = BigInteger.One << (int)((square.GetBitLength() / 2) + 1);
        while (true)
        {
            BigInteger next = (root + (square / root)) >> 1;
            if (next >= root)
                return new BigReal(root, (Exponent - shift) / 2);
            root = next;
        }
    }

    /// <summary>The nearest integer of a number that is small enough to have its units.</summary>
    public BigInteger Rounded()
    {
        if (Exponent >= 0)
        {
            return Exponent <= Precision
                ? Mantissa << (int)Exponent
                : throw new UndefinedValueException("an argument whose units are lost");
        }

        return -Exponent > 4 * Precision
            ? BigInteger.Zero
            : (Mantissa + (BigInteger.One << (int)(-Exponent - 1))) >> (int)-Exponent;
    }

    public double ToDouble()
    {
        long excess = BigInteger.Abs(Mantissa).GetBitLength() - 64;
        BigInteger top = excess > 0 ? Mantissa >> (int)excess : Mantissa;
        return Math.ScaleB((double)top, (int)Math.Clamp(Exponent + Math.Max(excess, 0), -100_000, 100_000));
    }
}
