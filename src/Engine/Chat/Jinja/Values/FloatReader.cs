using System.Globalization;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Values as doubles.</summary>
internal static class FloatReader
{
    /// <summary>Python's <c>float(value)</c>; null where the value is none.</summary>
    public static Float? Of(Value value) => value switch
    {
        Float f => f,
        Int i => new Float(Numbers.ToDouble(i)),
        Str s => Parse(s.Text) is double number ? new Float(number) : null,
        Undefined u => throw u.Fault,
        _ => null,
    };

    private static double? Parse(string text)
    {
        string digits = StrMethods.Strip(text, null, left: true, right: true);
        string lower = digits.TrimStart('+', '-').ToLowerInvariant();
        if (digits.Length - lower.Length <= 1 && lower is "inf" or "infinity" or "nan")
        {
            double value = lower == "nan" ? double.NaN : double.PositiveInfinity;
            return digits.StartsWith('-') ? -value : value;
        }

        for (int i = 0; i < digits.Length; i++)
        {
            bool isBetween = i > 0 && i + 1 < digits.Length && IsDigit(digits[i - 1]) && IsDigit(digits[i + 1]);
            if (digits[i] == '_' && !isBetween)
                return null;
        }

        string ascii = string.Concat(digits.Where(c => c != '_').Select(
            c => CharUnicodeInfo.GetDecimalDigitValue(c) is var d and >= 0 ? (char)('0' + d) : c));
        const NumberStyles Styles =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool isNumber = double.TryParse(ascii, Styles, CultureInfo.InvariantCulture, out double number);
        return isNumber && ascii.Any(char.IsAsciiDigit) ? number : null;
    }

    private static bool IsDigit(char c) => CharUnicodeInfo.GetDecimalDigitValue(c) >= 0;
}
