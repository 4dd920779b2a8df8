using System.Numerics;

namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>Elementary functions of <see cref="BigReal"/>, with some 240 right bits.</summary>
internal static class RealFunctions
{
    /// <summary>Beyond it an exponential is refused: its size would lie beyond 2^(2^40) anyway.</summary>
    private const long MostExponentBits = 40;

    public static BigReal Pi { get; } =
        ((BigReal)16 * InverseTangent(5)) - ((BigReal)4 * InverseTangent(239));

    public static BigReal Ln2 { get; } = LogarithmNearOne(2);

    public static BigReal E { get; } = Exp(BigReal.One);

    public static BigReal Exp(BigReal x)
    {
        if (x.Magnitude > MostExponentBits)
        {
            return x.Sign < 0 ? BigReal.Zero : throw new UndefinedValueException("an exponential of a large number");
        }

        // e^x = 2^k (e^(r / 2^s))^(2^s), with |r| ≤ ln 2 / 2.
        const int Halvings = 12;
        BigInteger k = x.Magnitude < 0 ? BigInteger.Zero : (x / Ln2).Rounded();
        BigReal r = (x - (Ln2 * Integer(k))).Scaled(-Halvings);
        BigReal sum = BigReal.One, term = BigReal.One;
        for (int n = 1; term.Magnitude > -BigReal.Precision - 8; n++)
        {
            term = term * r / n;
            sum += term;
        }

        for (int i = 0; i < Halvings; i++)
            sum *= sum;
        return sum.Scaled((long)k);
    }

    /// <summary>The natural logarithm of a number above 0.</summary>
    public static BigReal Ln(BigReal x)
    {
        if (x.Sign <= 0)
            throw new UndefinedValueException("the logarithm of 0");
        long k = x.Magnitude;
        BigReal mantissa = x.Scaled(-k);
        return LogarithmNearOne(mantissa) + (Ln2 * Integer(k));
    }

    /// <summary>Sine and cosine of an angle in radians.</summary>
    public static (BigReal Sin, BigReal Cos) SinCos(BigReal x)
    {
        BigReal quarter = Pi.Scaled(-1);
        BigInteger turns = x.Magnitude < 0 ? BigInteger.Zero : (x / quarter).Rounded();
        BigReal r = x - (quarter * Integer(turns));
        BigReal square = r * r, sin = BigReal.Zero, cos = BigReal.Zero, term = BigReal.One;
        for (int n = 1; term.Magnitude > -BigReal.Precision - 8; n += 2)
        {
            cos += term;
            sin += term * r / n;
            term = -(term * square) / (n * (n + 1));
        }

        return (int)(turns & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    /// <summary>The angle of a point that is not the origin, in (-π, π].</summary>
    public static BigReal Angle(BigReal y, BigReal x)
    {
        BigReal length = ((x * x) + (y * y)).Sqrt();
        if (length.Sign == 0)
            throw new UndefinedValueException("the angle of 0");
        BigReal unitX = x / length, unitY = y / length;
        var angle = BigReal.Of(Math.Atan2(unitY.ToDouble(), unitX.ToDouble()));
        // The angle that is missing is its own sine, but for its third power: each round has three times the bits.
        for (int i = 0; i < 4; i++)
        {
            (BigReal sin, BigReal cos) = SinCos(angle);
            angle += (unitY * cos) - (unitX * sin);
        }

        return angle;
    }

    private static BigReal Integer(BigInteger value) => BigReal.Of(new Rational(value, 1));

    /// <summary>By Newton's iteration on the exponential: each round has three times the bits.</summary>
    private static BigReal LogarithmNearOne(BigReal x)
    {
        var y = BigReal.Of(Math.Log(x.ToDouble()));
        for (int i = 0; i < 4; i++)
        {
            BigReal e = PlainExp(y);
            y += ((x - e) / (x + e)).Scaled(1);
        }

        return y;
    }

    /// <summary>The exponential of a number of size 1 at most, which needs no logarithm of 2.</summary>
    private static BigReal PlainExp(BigReal x)
    {
        BigReal sum = BigReal.One, term = BigReal.One;
        for (int n = 1; term.Magnitude > -BigReal.Precision - 8; n++)
        {
            term = term * x / n;
            sum += term;
        }

        return sum;
    }

    /// <summary>The angle whose tangent is 1 / <paramref name="n"/>.</summary>
    private static BigReal InverseTangent(int n)
    {
        BigReal power = BigReal.One / n, sum = BigReal.Zero;
        for (int k = 1; power.Magnitude > -BigReal.Precision - 8; k += 2)
        {
            sum += k % 4 == 1 ? power / k : -(power / k);
            power /= n * n;
        }

        return sum;
    }
}
