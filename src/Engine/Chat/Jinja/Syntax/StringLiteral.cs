using System.Globalization;
using System.Text;

namespace MolEngine.Engine.Chat.Jinja.Syntax;

/// <summary>The escapes of a Python string.</summary>
internal static class StringLiteral
{
    private static readonly Dictionary<char, string> Simple = new()
    {
        ['\n'] = "",
        ['\\'] = "\\",
        ['\''] = "'",
        ['"'] = "\"",
        ['a'] = "\a",
        ['b'] = "\b",
        ['f'] = "\f",
        ['n'] = "\n",
        ['r'] = "\r",
        ['t'] = "\t",
        ['v'] = "\v",
    };

    private static readonly Dictionary<char, int> Digits = new() { ['x'] = 2, ['u'] = 4, ['U'] = 8 };

    /// <summary>The value of a literal's inside.</summary>
    /// <param name="line">For errors.</param>
    public static string Unescape(string text, int line)
    {
        if (!text.Contains('\\'))
            return text;
        var value = new StringBuilder(text.Length);
        int at = 0;
        while (at < text.Length)
        {
            if (text[at] != '\\')
                value.Append(text[at++]);
            else
                at = Escape(text, at + 1, value, line);
        }

        return value.ToString();
    }

    /// <returns>Where the text goes on.</returns>
    private static int Escape(string text, int at, StringBuilder value, int line)
    {
        char c = text[at];
        if (Simple.TryGetValue(c, out string? simple))
        {
            value.Append(simple);
            return at + 1;
        }

        if (Digits.TryGetValue(c, out int count))
        {
            value.Append(Character(text, at + 1, count, line));
            return at + 1 + count;
        }

        if (c is >= '0' and <= '7')
            return Octal(text, at, value);
        if (c == 'N')
            throw TemplateFault.NotSupported("characters by name, \\N{...}, in strings", line);
        // Python sees other characters beyond ASCII as escapes, whose backslash this one already is.
        value.Append('\\');
        if (char.IsAscii(c))
        {
            value.Append(c);
            return at + 1;
        }

        int code = char.IsSurrogatePair(text, at) ? char.ConvertToUtf32(text, at) : c;
        value.Append(code < 0x100 ? $"x{code:x2}" : code < 0x10000 ? $"u{code:x4}" : $"U{code:x8}");
        return at + (code < 0x10000 ? 1 : 2);
    }

    private static int Octal(string text, int at, StringBuilder value)
    {
        int code = 0, end = at;
        while (end < text.Length && end < at + 3 && text[end] is >= '0' and <= '7')
            code = (8 * code) + (text[end++] - '0');
        value.Append((char)code);
        return end;
    }

    private static string Character(string text, int at, int count, int line)
    {
        string digits = text.Substring(at, Math.Min(count, text.Length - at));
        bool isHex = digits.Length == count && digits.All(char.IsAsciiHexDigit);
        long code = isHex ? long.Parse(digits, NumberStyles.HexNumber) : -1;
        if (code is < 0 or > 0x10FFFF)
        {
            string got = digits.Length == 0 ? "none" : digits;
            throw TemplateFault.Syntax($"an escape in a string: expected {count} hexadecimal digits, got {got}", line);
        }

        return code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32((int)code);
    }
}
