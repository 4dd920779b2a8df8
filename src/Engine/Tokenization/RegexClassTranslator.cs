using System.Globalization;
using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// The single characters and classes of a pattern for <see cref="RegexTranslator"/>; remembers what they name.
/// </summary>
/// <param name="units">What stands for characters beyond the BMP; null on the way that only asks for names.</param>
internal sealed class RegexClassTranslator(string pattern, RegexUnits? units)
{
    private const int LastOfBmp = 0xFFFF;

    private static readonly string[] Categories =
    [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No",
        "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp",
    ];

    private readonly List<(int First, int Last)> _named = [];

    /// <summary>The characters that the pattern names, alone or in ranges.</summary>
    public IReadOnlyList<(int First, int Last)> Named => _named;

    /// <summary>The code point at a place of a pattern, and its length in UTF-16 units.</summary>
    public static int CodePoint(string pattern, int at, out int length)
    {
        bool pair = at + 1 < pattern.Length && char.IsSurrogatePair(pattern[at], pattern[at + 1]);
        length = pair ? 2 : 1;
        return pair ? char.ConvertToUtf32(pattern[at], pattern[at + 1]) : pattern[at];
    }

    /// <summary>A character that stands for itself.</summary>
    public void Literal(int c, int at, bool ignoreCase, StringBuilder output)
    {
        string variants = Variants(c, c, at, ignoreCase);
        output.Append(variants.Length == 0 && c <= LastOfBmp ? Quote(c) : $"[{Range(c, c)}{variants}]");
    }

    /// <summary>An escape outside of a class; returns where the pattern goes on.</summary>
    public int Escape(int at, bool ignoreCase, StringBuilder output)
    {
        (int? literal, string? set, int next) = ReadEscape(at, ignoreCase);
        if (literal is int c)
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
        (int? from, string? set, int next) = Member(at, first, ignoreCase);
        if (from is not int low)
        {
            output.Append(set);
            return next;
        }

        int high = low;
        if (next + 1 < pattern.Length && pattern[next] == '-' && pattern[next + 1] != ']')
        {
            (int? to, _, int end) = Member(next + 1, -1, ignoreCase);
            if (to is not int last || last < low)
                throw new RegexNotSupportedException("a range that does not go up from one character to another", at);
            (high, next) = (last, end);
        }

        string variants = Variants(low, high, at, ignoreCase);
        output.Append(Range(low, high)).Append(variants);
        return next;
    }

    /// <summary>A range as members of a class: what is beyond the BMP by what stands for it.</summary>
    private string Range(int low, int high)
    {
        int last = Math.Min(high, LastOfBmp);
        string plain = low > LastOfBmp ? "" : last > low ? $"{Quote(low)}-{Quote(last)}" : Quote(low);
        IEnumerable<char> beyond = high > LastOfBmp ? units?.Members(Math.Max(low, LastOfBmp + 1), high) ?? [] : [];
        return plain + string.Concat(beyond.Select(c => Quote(c)));
    }

    private (int? Literal, string? Set, int Next) Member(int at, int first, bool ignoreCase)
    {
        char c = pattern[at];
        bool border = at == first || (at + 1 < pattern.Length && pattern[at + 1] == ']');
        if (c is '[' or ']' || (c == '-' && !border) || (c == '&' && at + 1 < pattern.Length && pattern[at + 1] == '&'))
            throw new RegexNotSupportedException($"{c} inside a class", at);
        return c == '\\' ? ReadEscape(at, ignoreCase) : (CodePoint(pattern, at, out int length), null, at + length);
    }

    private (int? Literal, string? Set, int Next) ReadEscape(int at, bool ignoreCase)
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
                int unit = CodeUnit(at, at + 2, 2);
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

    private (int? Literal, string? Set, int Next) Property(int at)
    {
        int end = pattern.IndexOf('}', at);
        string name = at + 2 < pattern.Length && pattern[at + 2] == '{' && end > 0 ? pattern[(at + 3)..end] : "";
        return Categories.Contains(name)
            ? (null, pattern[at..(end + 1)], end + 1)
            : throw new RegexNotSupportedException(
                $"{pattern.AsSpan(at, 2)}{{{name}}}, which is no general category,", at);
    }

    private int CodeUnit(int at, int from, int length) =>
        length is >= 1 and <= 6 && from + length <= pattern.Length
        && int.TryParse(
            pattern.AsSpan(from, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
        && value <= 0x10FFFF
            ? value
            : throw new RegexNotSupportedException("an escaped character that is none of Unicode", at);

    /// <summary>
    /// What else than the range first..last matches under (?i:, as members of a class; notes the range.
    /// </summary>
    private string Variants(int first, int last, int at, bool ignoreCase)
    {
        if (first is >= 0xD800 and <= 0xDFFF || last is >= 0xD800 and <= 0xDFFF)
            throw new RegexNotSupportedException("half of a surrogate pair", at);
        _named.Add((first, last));
        if (!ignoreCase)
            return "";
        if (last >= 0x80)
            throw new RegexNotSupportedException("a character beyond ASCII under (?i:", at);
        var variants = new StringBuilder();
        for (int c = first; c <= last; c++)
        {
            if (!char.IsAsciiLetter((char)c))
                continue;
            variants.Append(Quote(c ^ 0x20));
            char folded = (c | 0x20) switch { 's' => '\u017F', 'k' => '\u212A', _ => '\0' };
            if (folded == 0)
                continue;
            variants.Append(Quote(folded));
            _named.Add((folded, folded));
        }

        return variants.ToString();
    }

    private static string Quote(int c) => $"\\u{c:X4}";
}
