using System.Globalization;
using System.Numerics;

namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>An exact fraction in lowest terms, its denominator above 0.</summary>
internal readonly record struct Rational
{
    public Rational(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero)
            throw new UndefinedValueException("a division by zero");
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        if (denominator.Sign < 0)
            divisor = -divisor;
        Numerator = numerator / divisor;
        Denominator = denominator / divisor;
    }

    public BigInteger Numerator { get; }

    public BigInteger Denominator { get; }

    public static Rational Zero { get; } = new(0, 1);

    public static Rational One { get; } = new(1, 1);

    public bool IsZero => Numerator.IsZero;

    public bool IsInteger => Denominator.IsOne;

    public int Sign => Numerator.Sign;

    /// <summary>Bits of the longer of numerator and denominator.</summary>
    public long Bits => Math.Max(Numerator.GetBitLength(), Denominator.GetBitLength());

    public static implicit operator Rational(int value) => new(value, 1);

    public static Rational operator +(Rational a, Rational b) =>
        new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Rational operator -(Rational a) => new(-a.Numerator, a.Denominator);

    public static Rational operator -(Rational a, Rational b) => a + -b;

    public static Rational operator *(Rational a, Rational b) =>
        new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Rational operator /(Rational a, Rational b) =>
        new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    /// <summary>A whole power; of 0 with a negative exponent there is none.</summary>
    public static Rational Power(Rational value, int exponent) => exponent >= 0
        ? new Rational(BigInteger.Pow(value.Numerator, exponent), BigInteger.Pow(value.Denominator, exponent))
        : One / Power(value, -exponent);

    /// <summary>The exact root of a number that is not negative; null where it is no fraction.</summary>
    public static Rational? Root(Rational value, int degree) =>
        Root(value.Numerator, degree) is { } top && Root(value.Denominator, degree) is { } bottom
            ? new Rational(top, bottom)
            : null;

    /// <summary>The largest integer that is not above the value.</summary>
    public BigInteger Floor() => BigInteger.Divide(
        Numerator - (Numerator.Sign < 0 ? Denominator - 1 : 0), Denominator);

    /// <summary>The number that decimal digits with at most one point write.</summary>
    public static Rational Parse(string digits)
    {
        int point = digits.IndexOf('.');
        int decimals = point < 0 ? 0 : digits.Length - point - 1;
        return new Rational(
            BigInteger.Parse("0" + digits.Replace(".", ""), NumberStyles.None), BigInteger.Pow(10, decimals));
    }

    private static BigInteger? Root(BigInteger value, int degree)
    {
        if (value.IsZero || value.IsOne)
            return value;
        // Newton's iteration from above falls until it is the whole root.
        BigInteger root = BigInteger.One << (int)((value.GetBitLength() / degree) + 1);
        while (true)
        {
            BigInteger next = (((degree - 1) * root) + (value / BigInteger.Pow(root, degree - 1))) / degree;
            if (next >= root)
                return BigInteger.Pow(root, degree) == value ? root : null;
            root = next;
        }
    }
}
