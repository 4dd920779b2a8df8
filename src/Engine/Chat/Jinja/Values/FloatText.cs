using System.Numerics;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Doubles as Python writes them.</summary>
internal static class FloatText
{
    /// <summary>Python's <c>repr</c>: the shortest digits that read back as the same double.</summary>
    public static string Shortest(double number)
    {
        if (!double.IsFinite(number))
            return NotFinite(number);
        string scientific = number.ToString("E16");
        string digits = number.ToString("R");
        (string significant, int exponent) = Decimal(digits);
        string sign = scientific[0] == '-' ? "-" : "";
        if (exponent is >= -4 and < 16)
            return sign + Plain(significant, exponent, keepPoint: true);
        string fraction = significant.Length > 1 ? $".{significant[1..]}" : "";
        return $"{sign}{significant[0]}{fraction}e{Exponent(exponent)}";
    }

    public static string NotFinite(double number) =>
        double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";

    /// <summary>
    /// The digits with a number of decimals, rounded half to even from the double's exact value; no sign.
    /// </summary>
    public static string Fixed(double number, int decimals)
    {
        (BigInteger mantissa, int power) = Exact(Math.Abs(number));
        BigInteger scaled = Scale(mantissa, power, decimals);
        string digits = scaled.ToString().PadLeft(decimals + 1, '0');
        return decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}";
    }

    /// <summary>Digits of the number rounded to a count of them, and the power of ten of the first; no sign.</summary>
    public static (string Digits, int Exponent) Significant(double number, int count)
    {
        if (number == 0)
            return (new string('0', count), 0);
        (BigInteger mantissa, int power) = Exact(Math.Abs(number));
        int exponent = (int)Math.Floor(Math.Log10(Math.Abs(number)));
        string digits = Scale(mantissa, power, count - 1 - exponent).ToString();
        // The logarithm may be one off, and rounding may carry.
        while (digits.Length != count)
        {
            exponent += digits.Length > count ? 1 : -1;
            digits = Scale(mantissa, power, count - 1 - exponent).ToString();
        }

        return (digits, exponent);
    }

    public static string Exponent(int exponent) => $"{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";

    /// <summary>Digits with a point behind the one of power 0.</summary>
    public static string Plain(string digits, int exponent, bool keepPoint)
    {
        if (exponent < 0)
            return $"0.{new string('0', -exponent - 1)}{digits}";
        if (digits.Length <= exponent + 1)
            return digits.PadRight(exponent + 1, '0') + (keepPoint ? ".0" : "");
        return $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>Python's <c>round</c>: half to even of the exact value.</summary>
    public static double Round(double number, int decimals)
    {
        if (!double.IsFinite(number) || number == 0 || decimals > 323)
            return number;
        if (decimals < -308)
            return Math.CopySign(0, number);
        (BigInteger mantissa, int power) = Exact(Math.Abs(number));
        BigInteger scaled = Scale(mantissa, power, decimals);
        double rounded = double.Parse($"{scaled}e{-decimals}");
        return Math.CopySign(rounded, number);
    }

    /// <summary>The significant digits of a number as .NET writes it, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) Decimal(string text)
    {
        int e = text.IndexOf('E');
        int exponent = e < 0 ? 0 : int.Parse(text[(e + 1)..]);
        string mantissa = (e < 0 ? text : text[..e]).TrimStart('-');
        int point = mantissa.IndexOf('.');
        string digits = mantissa.Replace(".", "");
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        string trimmed = digits.TrimStart('0');
        if (trimmed.Length == 0)
            return ("0", 0);
        exponent -= digits.Length - trimmed.Length;
        trimmed = trimmed.TrimEnd('0');
        return (trimmed, exponent);
    }

    private static (BigInteger Mantissa, int Power) Exact(double number)
    {
        long bits = BitConverter.DoubleToInt64Bits(number);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long fraction = bits & 0xFFFFFFFFFFFFF;
        return exponent == 0 ? (fraction, -1074) : (fraction | (1L << 52), exponent - 1075);
    }

    /// <summary>mantissa 2^power 10^decimals, rounded half to even.</summary>
    private static BigInteger Scale(BigInteger mantissa, int power, int decimals)
    {
        BigInteger top = mantissa * (decimals > 0 ? BigInteger.Pow(10, decimals) : BigInteger.One);
        BigInteger bottom = decimals < 0 ? BigInteger.Pow(10, -decimals) : BigInteger.One;
        if (power > 0)
            top <<= power;
        else
            bottom <<= -power;
        BigInteger quotient = BigInteger.DivRem(top, bottom, out BigInteger rest);
        int half = (2 * rest).CompareTo(bottom);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
