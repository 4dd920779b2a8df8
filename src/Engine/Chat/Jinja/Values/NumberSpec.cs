using System.Numerics;
using System.Text;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>How a number is written, for both of Python's ways to format.</summary>
internal readonly record struct NumberSpec()
{
    /// <summary><c>+</c> or a space for what stands before positive numbers; <c>-</c> for nothing.</summary>
    public char Sign { get; init; } = '-';

    /// <summary>Prefixes of whole numbers, and points that nothing follows.</summary>
    public bool IsAlternate { get; init; }

    public int? Precision { get; init; }

    /// <summary>What stands between thousands; none for nothing.</summary>
    public char? Group { get; init; }

    /// <summary>Width up to which zeros stand behind the sign; 0 for none.</summary>
    public int ZeroWidth { get; init; }

    /// <param name="kind"><c>d</c>, <c>b</c>, <c>o</c>, <c>x</c> or <c>X</c>.</param>
    /// <param name="digits">The least number of digits.</param>
    public string Whole(char kind, BigInteger number, int digits = 0)
    {
        BigInteger size = BigInteger.Abs(number);
        string text = kind switch
        {
            'b' => Radix(size, 1),
            'o' => Radix(size, 3),
            'x' => Radix(size, 4),
            'X' => Radix(size, 4).ToUpperInvariant(),
            _ => Numbers.Text(size),
        };
        string prefix = IsAlternate && kind != 'd' ? $"0{kind}" : "";
        return Finish(number.Sign < 0, prefix, text.PadLeft(digits, '0'), "", kind == 'd' ? 3 : 4);
    }

    /// <param name="kind"><c>e</c>, <c>f</c> or <c>g</c>, small or large, or <c>%</c>.</param>
    public string Real(char kind, double number)
    {
        bool isNegative = double.IsNegative(number) && !double.IsNaN(number);
        string text = double.IsFinite(number) ? Digits(kind, number) : FloatText.NotFinite(Math.Abs(number));
        if (char.IsUpper(kind))
            text = text.ToUpperInvariant();
        return Finished(isNegative, text);
    }

    /// <summary>Digits of a number that are made already, with sign, groups and zeros.</summary>
    public string Finished(bool isNegative, string text)
    {
        int end = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var at and >= 0 ? at : text.Length;
        return Finish(isNegative, "", text[..end], text[end..], 3);
    }

    private string Digits(char kind, double number)
    {
        int precision = Precision ?? 6;
        switch (char.ToLowerInvariant(kind))
        {
            case 'f':
                string plain = FloatText.Fixed(number, precision);
                return IsAlternate && precision == 0 ? plain + "." : plain;
            case '%':
                return FloatText.Fixed(number * 100, precision) + "%";
            case 'e':
                (string digits, int exponent) = FloatText.Significant(number, precision + 1);
                return Scientific(digits, exponent, IsAlternate);
        }

        int count = Math.Max(1, precision);
        (string significant, int power) = FloatText.Significant(number, count);
        bool isPlain = power >= -4 && power < count;
        string kept = IsAlternate ? significant : significant.TrimEnd('0');
        if (kept.Length == 0)
            kept = "0";
        if (!isPlain)
            return Scientific(kept, power, IsAlternate);
        string text = FloatText.Plain(kept, power, keepPoint: false);
        return IsAlternate && !text.Contains('.') ? text + "." : text;
    }

    private static string Scientific(string digits, int exponent, bool keepsPoint)
    {
        string fraction = digits.Length > 1 || keepsPoint ? $".{digits[1..]}" : "";
        return $"{digits[0]}{fraction}e{FloatText.Exponent(exponent)}";
    }

    private string Finish(bool isNegative, string prefix, string whole, string rest, int groupSize)
    {
        string sign = isNegative ? "-" : Sign == '-' ? "" : Sign.ToString();
        int room = ZeroWidth - sign.Length - prefix.Length - rest.Length;
        string digits = Group is char group
            ? Grouped(whole, group, groupSize, room)
            : whole.PadLeft(Math.Max(0, room), '0');
        return sign + prefix + digits + rest;
    }

    /// <summary>Digits in groups; zeros before them, in groups too, as far as there is room.</summary>
    private static string Grouped(string whole, char group, int size, int room)
    {
        var text = new StringBuilder();
        for (int i = 0; i < whole.Length || text.Length < room; i++)
        {
            if (i > 0 && i % size == 0)
                text.Insert(0, group);
            text.Insert(0, i < whole.Length ? whole[^(i + 1)] : '0');
        }

        return text.ToString();
    }

    private static string Radix(BigInteger number, int bits)
    {
        if (number.IsZero)
            return "0";
        var text = new StringBuilder();
        int mask = (1 << bits) - 1;
        for (; !number.IsZero; number >>= bits)
            text.Insert(0, ((int)(number & mask)).ToString("x"));
        return text.ToString();
    }
}
