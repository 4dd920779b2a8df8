using System.Numerics;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Python's arithmetic.</summary>
internal static class Numbers
{
    /// <summary>Bits that a whole number may have: more is no figure of a text, but a way to hang.</summary>
    private const long MostBits = 1 << 20;

    /// <summary>Digits that Python writes of a number.</summary>
    private const int MostDigits = 4300;

    /// <summary>A number's digits.</summary>
    /// <exception cref="TemplateFault">There are more than 4300, as in Python.</exception>
    public static string Text(BigInteger number)
    {
        if (number.GetBitLength() < 64)
            return number.ToString();
        string text = number.GetBitLength() < 4 * MostDigits ? number.ToString() : "";
        return text != "" && text.Length - (text[0] == '-' ? 1 : 0) <= MostDigits
            ? text
            : throw TemplateFault.Value($"a number has more than {MostDigits} digits");
    }

    public static bool IsNumber(Value value) => value is Int or Float;

    /// <exception cref="TemplateFault">The number is beyond what a double holds.</exception>
    public static double ToDouble(Value value) => value is Float f ? f.Number : ToDouble(((Int)value).Number);

    public static double ToDouble(BigInteger number)
    {
        if (number.GetBitLength() <= 53)
            return (double)number;
        double rounded = number.GetBitLength() > 1024
            ? double.PositiveInfinity
            : double.Parse(number.ToString());
        return double.IsFinite(rounded)
            ? rounded
            : throw TemplateFault.Other("OverflowError", "int too large to convert to float");
    }

    /// <summary>Compares without rounding; null where a number is NaN.</summary>
    public static int? Compare(BigInteger a, double b)
    {
        if (double.IsNaN(b))
            return null;
        if (double.IsInfinity(b))
            return b > 0 ? -1 : 1;
        int whole = a.CompareTo(new BigInteger(Math.Floor(b)));
        return whole != 0 ? whole : b > Math.Floor(b) ? -1 : 0;
    }

    public static Value Add(Value a, Value b) => Of(a, b, (x, y) => x + y, (x, y) => x + y);

    public static Value Subtract(Value a, Value b) => Of(a, b, (x, y) => x - y, (x, y) => x - y);

    public static Value Multiply(Value a, Value b) => Of(a, b, Product, (x, y) => x * y);

    public static Value Divide(Value a, Value b)
    {
        if (!IsZero(b))
            return new Float(a is Int x && b is Int y ? Quotient(x.Number, y.Number) : ToDouble(a) / ToDouble(b));
        throw TemplateFault.Other(
            "ZeroDivisionError", a is Int && b is Int ? "division by zero" : "float division by zero");
    }

    public static Value FloorDivide(Value a, Value b)
    {
        if (!IsZero(b))
            return Of(a, b, FloorQuotient, FloorQuotient);
        throw TemplateFault.Other(
            "ZeroDivisionError",
            a is Int && b is Int ? "integer division or modulo by zero" : "float floor division by zero");
    }

    public static Value Modulo(Value a, Value b)
    {
        if (!IsZero(b))
            return Of(a, b, (x, y) => x - (FloorQuotient(x, y) * y), Remainder);
        throw TemplateFault.Other(
            "ZeroDivisionError", a is Int && b is Int ? "integer modulo by zero" : "float modulo");
    }

    public static Value Power(Value a, Value b)
    {
        if (a is Int x && b is Int y && y.Number.Sign >= 0)
            return Int.Of(Power(x.Number, y.Number));
        double from = ToDouble(a), exponent = ToDouble(b);
        if (from == 0 && exponent < 0)
            throw TemplateFault.Other("ZeroDivisionError", "0.0 cannot be raised to a negative power");
        if (from < 0 && exponent != Math.Floor(exponent))
            throw TemplateFault.NotSupported("complex numbers", 0);
        double power = Math.Pow(from, exponent);
        return double.IsInfinity(power) && double.IsFinite(from) && double.IsFinite(exponent)
            ? throw TemplateFault.Other("OverflowError", "numerical result out of range")
            : new Float(power);
    }

    public static Value Negate(Value a) => a is Float f ? new Float(-f.Number) : Int.Of(-((Int)a).Number);

    private static bool IsZero(Value value) => value is Int i ? i.Number.IsZero : ((Float)value).Number == 0;

    private static Value Of(
        Value a, Value b, Func<BigInteger, BigInteger, BigInteger> whole, Func<double, double, double> real) =>
        a is Int x && b is Int y
            ? Int.Of(whole(x.Number, y.Number))
            : new Float(real(ToDouble(a), ToDouble(b)));

    private static BigInteger Product(BigInteger a, BigInteger b)
    {
        return a.GetBitLength() + b.GetBitLength() <= MostBits ? a * b : throw TooLarge();
    }

    private static BigInteger Power(BigInteger a, BigInteger exponent)
    {
        if (a.IsOne || a.IsZero || exponent.IsZero)
            return exponent.IsZero ? BigInteger.One : a;
        if (a == BigInteger.MinusOne)
            return exponent.IsEven ? BigInteger.One : a;
        return exponent * a.GetBitLength() <= MostBits ? BigInteger.Pow(a, (int)exponent) : throw TooLarge();
    }

    private static TemplateFault TooLarge() =>
        TemplateFault.Limit($"a whole number: expected at most {MostBits} bits, got more");

    private static BigInteger FloorQuotient(BigInteger a, BigInteger b)
    {
        BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger rest);
        return !rest.IsZero && rest.Sign != b.Sign ? quotient - 1 : quotient;
    }

    /// <summary>
    /// The floor of a quotient as CPython has it: from the remainder, so that it never disagrees with it.
    /// </summary>
    private static double FloorQuotient(double a, double b)
    {
        double rest = a % b, quotient = (a - rest) / b;
        if (rest != 0 && rest < 0 != b < 0)
            quotient -= 1;
        if (quotient == 0)
            return Math.CopySign(0, a / b);
        double floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double Remainder(double a, double b)
    {
        double rest = a % b;
        if (rest == 0)
            return Math.CopySign(0, b);
        return rest < 0 != b < 0 ? rest + b : rest;
    }

    /// <summary>The nearest double of a quotient of whole numbers.</summary>
    private static double Quotient(BigInteger a, BigInteger b)
    {
        if (a.GetBitLength() <= 53 && b.GetBitLength() <= 53)
            return (double)a / (double)b;
        // 66 bits of the quotient and a sticky one round as the whole quotient does.
        long shift = 66 - (a.GetBitLength() - b.GetBitLength());
        BigInteger top = shift >= 0 ? BigInteger.Abs(a) << (int)shift : BigInteger.Abs(a);
        BigInteger bottom = shift >= 0 ? BigInteger.Abs(b) : BigInteger.Abs(b) << (int)-shift;
        BigInteger quotient = BigInteger.DivRem(top, bottom, out BigInteger rest);
        double value = Math.ScaleB(ToDouble(rest.IsZero ? quotient : quotient | 1), (int)-shift);
        return double.IsInfinity(value)
            ? throw TemplateFault.Other("OverflowError", "integer division result too large for a float")
            : a.Sign == b.Sign ? value : -value;
    }
}
