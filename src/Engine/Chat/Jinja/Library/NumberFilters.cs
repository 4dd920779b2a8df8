using System.Globalization;
using System.Numerics;
using MolEngine.Engine.Chat.Jinja.Nodes;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>Filters of numbers.</summary>
internal static class NumberFilters
{
    public static IReadOnlyDictionary<string, Applied> All { get; } = new Dictionary<string, Applied>
    {
        ["abs"] = Abs,
        ["round"] = Round,
        ["int"] = ToInt,
        ["float"] = (_, v, a) => FloatReader.Of(v) ?? a.Bind("float", 0, "default")[0] ?? new Float(0),
        ["filesizeformat"] = FileSize,
    };

    private static Value Abs(Render render, Value value, Arguments arguments)
    {
        arguments.Unnamed("abs", 0, 0);
        return value switch
        {
            Int i => Int.Of(BigInteger.Abs(i.Number)),
            Float f => new Float(Math.Abs(f.Number)),
            _ => throw TemplateFault.Type($"bad operand type for abs(): '{value.TypeName}'"),
        };
    }

    private static Value Round(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("round", 0, "precision", "method");
        int precision = given[0].Whole(0, "round");
        string method = given[1].Text("common", "round");
        if (method is not ("common" or "ceil" or "floor"))
            throw TemplateFault.Other("FilterArgumentError", "method must be common, ceil or floor");
        if (value is Undefined u)
            throw u.Fault;
        if (!Numbers.IsNumber(value))
            throw TemplateFault.Type($"type {value.TypeName} doesn't define __round__ method");
        if (method == "common")
        {
            return value is Float f
                ? new Float(FloatText.Round(f.Number, precision))
                : RoundWhole((Int)value, precision);
        }

        Value power = Numbers.Power(Int.Of(10), Int.Of(precision));
        double scaled = Numbers.ToDouble(Numbers.Multiply(value, power));
        double rounded = method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled);
        if (!double.IsFinite(rounded))
            throw TemplateFault.Other("OverflowError", "cannot convert float infinity to integer");
        return Numbers.Divide(Int.Of(new BigInteger(rounded)), power);
    }

    /// <summary>A whole number to tens, hundreds and so on, half to even.</summary>
    private static Int RoundWhole(Int value, int precision)
    {
        if (precision >= 0)
            return Int.Of(value.Number);
        if (precision < -10_000)
            return Int.Of(0);
        BigInteger unit = BigInteger.Pow(10, -precision);
        BigInteger quotient = BigInteger.DivRem(BigInteger.Abs(value.Number), unit, out BigInteger rest);
        int half = (2 * rest).CompareTo(unit);
        if (half > 0 || (half == 0 && !quotient.IsEven))
            quotient++;
        return Int.Of(value.Number.Sign * quotient * unit);
    }

    private static Value ToInt(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("int", 0, "default", "base");
        Value otherwise = given[0] ?? Int.Of(0);
        if (value is Str text && ParseWhole(text.Text, given[1].Whole(10, "int")) is BigInteger whole)
            return Int.Of(whole);
        if (value is Int i)
            return Int.Of(i.Number);
        double? number = FloatReader.Of(value)?.Number;
        if (value is Float { Number: double.PositiveInfinity or double.NegativeInfinity })
            return otherwise;
        return number is double d && double.IsFinite(d) ? Int.Of(new BigInteger(Math.Truncate(d))) : otherwise;
    }

    /// <summary>Python's <c>int(text, radix)</c>; null where the text is no such number.</summary>
    private static BigInteger? ParseWhole(string text, int radix)
    {
        string digits = StrMethods.Strip(text, null, left: true, right: true);
        bool isNegative = digits.StartsWith('-');
        if (isNegative || digits.StartsWith('+'))
            digits = digits[1..];
        int prefixed = digits.Length > 2 && digits[0] == '0'
            ? char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 }
            : 0;
        if (prefixed != 0 && (radix == prefixed || radix == 0))
            (digits, radix) = (digits[2..].TrimStart('_'), prefixed);
        if (radix == 0)
            radix = 10;
        bool isSplitRight = digits.Length > 0 && digits[0] != '_' && digits[^1] != '_' && !digits.Contains("__");
        if (!isSplitRight || digits.Length > 4300)
            return null;
        BigInteger number = 0;
        foreach (char c in digits.Where(c => c != '_'))
        {
            int digit = char.IsAsciiLetter(c)
                ? char.ToLowerInvariant(c) - 'a' + 10
                : CharUnicodeInfo.GetDecimalDigitValue(c);
            if (digit < 0 || digit >= radix)
                return null;
            number = (number * radix) + digit;
        }

        return isNegative ? -number : number;
    }

    private static Str FileSize(Render render, Value value, Arguments arguments)
    {
        bool isBinary = arguments.Bind("filesizeformat", 0, "binary")[0].IsTrue();
        double bytes = (FloatReader.Of(value) ?? throw TemplateFault.Type("filesizeformat: expected a number")).Number;
        int step = isBinary ? 1024 : 1000;
        if (bytes == 1)
            return new Str("1 Byte");
        if (bytes < step)
            return new Str($"{Math.Truncate(bytes)} Bytes");
        string[] prefixes = isBinary
            ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
            : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        int at = 0;
        double unit = (double)step * step;
        while (bytes >= unit && at + 1 < prefixes.Length)
            (at, unit) = (at + 1, unit * step);
        return new Str($"{FloatText.Fixed(step * bytes / unit, 1)} {prefixes[at]}");
    }
}
