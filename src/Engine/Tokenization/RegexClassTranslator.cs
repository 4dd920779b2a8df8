using System.Globalization;
using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// The single characters and classes of a pattern for <see cref="RegexTranslator"/>; remembers what they name.
/// </summary>
internal sealed class RegexClassTranslator(string pattern)
{
    private static readonly string[] Categories =
    [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No",
        "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp",
    ];

    private readonly List<(int First, int Last)> _named = [];

    /// <summary>Whether the pattern names a character, alone or in a range.</summary>
    public bool Names(int c) => _named.Exists(r => c >= r.First && c <= r.Last);

    /// <summary>A character that stands for itself.</summary>
    public void Literal(char c, int at, bool ignoreCase, StringBuilder output)
    {
        string variants = Variants(c, c, at, ignoreCase);
        output.Append(variants.Length == 0 ? Quote(c) : $"[{Quote(c)}{variants}]");
    }

    /// <summary>An escape outside of a class; returns where the pattern goes on.</summary>
    public int Escape(int at, bool ignoreCase, StringBuilder output)
    {
        (char? literal, string? set, int next) = ReadEscape(at, ignoreCase);
        if (literal is char c)
            Literal(c, at, ignoreCase, output);
        else
            output.Append(set);
        return next;
    }

    /// <summary>
    /// A bracketed class without nesting, intersection or POSIX names; returns where the pattern goes on.
    /// </summary>
    public int Class(int start, bool ignoreCase, StringBuilder output)
    {
        int at = start + 1;
        output.Append('[');
        if (at < pattern.Length && pattern[at] == '^')
        {
            output.Append('^');
            at++;
        }

        int first = at;
        while (at < pattern.Length && (pattern[at] != ']' || at == first))
            at = Item(at, first, ignoreCase, output);
        if (at >= pattern.Length)
            throw new RegexNotSupportedException("a class without end", start);
        output.Append(']');
        return at + 1;
    }

    private int Item(int at, int first, bool ignoreCase, StringBuilder output)
    {
        (char? from, string? set, int next) = Member(at, first, ignoreCase);
        if (from is not char low)
        {
            output.Append(set);
            return next;
        }

        char high = low;
        if (next + 1 < pattern.Length && pattern[next] == '-' && pattern[next + 1] != ']')
        {
            (char? to, _, int end) = Member(next + 1, -1, ignoreCase);
            if (to is not char last || last < low)
                throw new RegexNotSupportedException("a range that does not go up from one character to another", at);
            (high, next) = (last, end);
        }

        string range = high > low ? $"{Quote(low)}-{Quote(high)}" : Quote(low);
        output.Append(range).Append(Variants(low, high, at, ignoreCase));
        return next;
    }

    private (char? Literal, string? Set, int Next) Member(int at, int first, bool ignoreCase)
    {
        char c = pattern[at];
        bool border = at == first || (at + 1 < pattern.Length && pattern[at + 1] == ']');
        if (c is '[' or ']' || (c == '-' && !border) || (c == '&' && at + 1 < pattern.Length && pattern[at + 1] == '&'))
            throw new RegexNotSupportedException($"{c} inside a class", at);
        return c == '\\' ? ReadEscape(at, ignoreCase) : (c, null, at + 1);
    }

    private (char? Literal, string? Set, int Next) ReadEscape(int at, bool ignoreCase)
    {
        if (at + 1 == pattern.Length)
            throw new RegexNotSupportedException("a \\ at the end", at);
        char c = pattern[at + 1];
        switch (c)
        {
            case 'r' or 'n' or 't' or 'f' or 'v':
                return (c switch { 'r' => '\r', 'n' => '\n', 't' => '\t', 'f' => '\f', _ => '\v' }, null, at + 2);
            case 's' or 'S' or 'd' or 'D':
                return (null, $"\\{c}", at + 2);
            case 'p' or 'P' when !ignoreCase:
                return Property(at);
            case 'u':
                return (CodeUnit(at, at + 2, 4), null, at + 6);
            case 'x' when at + 2 < pattern.Length && pattern[at + 2] == '{':
                int end = pattern.IndexOf('}', at);
                return (CodeUnit(at, at + 3, end - at - 3), null, end + 1);
            case 'x':
                char unit = CodeUnit(at, at + 2, 2);
                return unit < 0x80
                    ? (unit, null, at + 4)
                    : throw new RegexNotSupportedException("\\x of a byte above 7F", at);
            case < (char)0x80 when !char.IsAsciiLetterOrDigit(c):
                return (c, null, at + 2);
            default:
                bool property = c is 'p' or 'P';
                throw new RegexNotSupportedException(property ? $"\\{c} under (?i:" : $"\\{c}", at);
        }
    }

    private (char? Literal, string? Set, int Next) Property(int at)
    {
        int end = pattern.IndexOf('}', at);
        string name = at + 2 < pattern.Length && pattern[at + 2] == '{' && end > 0 ? pattern[(at + 3)..end] : "";
        return Categories.Contains(name)
            ? (null, pattern[at..(end + 1)], end + 1)
            : throw new RegexNotSupportedException(
                $"{pattern.AsSpan(at, 2)}{{{name}}}, which is no general category,", at);
    }

    private char CodeUnit(int at, int from, int length) =>
        length is >= 1 and <= 6 && from + length <= pattern.Length
        && int.TryParse(
            pattern.AsSpan(from, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
        && value < 0x10000
            ? (char)value
            : throw new RegexNotSupportedException("an escaped character that is none of the BMP", at);

    /// <summary>
    /// What else than the range first..last matches under (?i:, as members of a class; notes the range.
    /// </summary>
    private string Variants(char first, char last, int at, bool ignoreCase)
    {
        if (char.IsSurrogate(first) || char.IsSurrogate(last))
            throw new RegexNotSupportedException("a character beyond the BMP", at);
        _named.Add((first, last));
        if (!ignoreCase)
            return "";
        if (last >= 0x80)
            throw new RegexNotSupportedException("a character beyond ASCII under (?i:", at);
        var variants = new StringBuilder();
        for (char c = first; c <= last; c++)
        {
            if (!char.IsAsciiLetter(c))
                continue;
            variants.Append(Quote((char)(c ^ 0x20)));
            char folded = (c | 0x20) switch { 's' => '\u017F', 'k' => '\u212A', _ => '\0' };
            if (folded == 0)
                continue;
            variants.Append(Quote(folded));
            _named.Add((folded, folded));
        }

        return variants.ToString();
    }

    private static string Quote(char c) => $"\\u{(int)c:X4}";
}
