using System.Numerics;

namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>Powers and roots: exact where the result is a fraction, else the principal value.</summary>
internal static class Powers
{
    /// <summary>Exponents and degrees beyond it are computed by logarithms.</summary>
    private const int MostExponent = 20_000;

    /// <summary>Bits of an exact power; a longer one is computed by logarithms.</summary>
    private const long MostBits = 50_000;

    private const int MostDegree = 64;

    public static ComplexValue Power(ComplexValue value, ComplexValue exponent)
    {
        if (exponent.Exact is { } exact)
        {
            if (exact.IsZero)
                return ComplexValue.Of(Rational.One);
            if (exact.IsInteger && BigInteger.Abs(exact.Numerator) <= MostExponent)
                return Whole(value, (int)exact.Numerator);
            if (exact.Denominator <= MostDegree && BigInteger.Abs(exact.Numerator) <= MostExponent
                && value.Exact is { Sign: >= 0 })
                return Whole(Root(value, (int)exact.Denominator), (int)exact.Numerator);
        }

        if (value.IsZero)
        {
            return exponent.Re.Sign > 0 && exponent.IsReal
                ? ComplexValue.Of(Rational.Zero)
                : throw new UndefinedValueException("0 to a power that is not above 0");
        }

        return (value.Ln() * exponent).Exp();
    }

    /// <summary>The principal root; of a negative real number with an odd degree, the real one.</summary>
    public static ComplexValue Root(ComplexValue value, int degree)
    {
        if (degree is < 1 or > MostExponent)
            throw new UndefinedValueException("a root whose degree is no usual number");
        if (value.IsZero)
            return ComplexValue.Of(Rational.Zero);
        if (value.IsReal && value.Re.Sign < 0)
        {
            if (degree % 2 == 1)
                return -Root(-value, degree);
            if (degree == 2)
                return Root(-value, 2) * ComplexValue.ImaginaryUnit;
        }

        if (value.Exact is { } exact && degree <= MostDegree && Rational.Root(exact, degree) is { } root)
            return ComplexValue.Of(root);
        return degree == 2 && value.IsReal
            ? ComplexValue.Rounded(value.Re.Sqrt())
            : (value.Ln() / ComplexValue.Of(degree)).Exp();
    }

    private static ComplexValue Whole(ComplexValue value, int exponent)
    {
        if (exponent < 0)
            return ComplexValue.Of(Rational.One) / Whole(value, -exponent);
        if (value.Exact is { } exact)
        {
            return exact.Bits * exponent <= MostBits
                ? ComplexValue.Of(Rational.Power(exact, exponent))
                : BySquares(ComplexValue.Rounded(value.Re), exponent);
        }

        return BySquares(value, exponent);
    }

    private static ComplexValue BySquares(ComplexValue value, int exponent)
    {
        var result = ComplexValue.Of(Rational.One);
        for (; exponent > 0; exponent >>= 1, value *= value)
        {
            if ((exponent & 1) == 1)
                result *= value;
        }

        return result;
    }
}
