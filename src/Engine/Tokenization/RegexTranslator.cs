using System.Globalization;
using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Gives a pattern of Oniguruma (Ruby syntax, as the tokenizers library uses it) to .NET. Constructs of one meaning
/// pass; possessive quantifiers become atomic groups; ASCII letters under (?i: become classes of their case variants
/// (Unicode's: s with U+017F, k with U+212A). Everything else is refused by name.
/// </summary>
internal sealed class RegexTranslator(string pattern)
{
    private const int DeepestNesting = 50;

    private readonly StringBuilder _output = new();
    private readonly RegexClassTranslator _classes = new(pattern);
    private int _at;
    private int _depth;
    private bool _ignoreCase;

    /// <summary>A pattern for a literal string.</summary>
    public static string Escape(string literal)
    {
        var escaped = new StringBuilder();
        foreach (char c in literal)
            escaped.Append(char.IsAsciiLetterOrDigit(c) || c >= 0x80 ? "" : "\\").Append(c);
        return escaped.Replace("\\\n", "\\n").Replace("\\\r", "\\r").Replace("\\\t", "\\t").ToString();
    }

    public string Translate()
    {
        Alternatives();
        if (_at < pattern.Length)
            throw Refuse("an unmatched )");
        return _output.ToString();
    }

    /// <summary>For each general category, a BMP character beyond ASCII that the pattern does not name.</summary>
    public char[] StandIns()
    {
        var standIns = new char[30];
        for (int c = 0xFFFF; c >= 0x80; c--)
        {
            if (!_classes.Names(c))
                standIns[(int)CharUnicodeInfo.GetUnicodeCategory(c)] = (char)c;
        }

        for (int category = 0; category < standIns.Length; category++)
        {
            bool beyondBmp = (UnicodeCategory)category is not (UnicodeCategory.Control or UnicodeCategory.Surrogate
                or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.TitlecaseLetter);
            if (beyondBmp && standIns[category] == 0)
                throw Refuse($"ranges that name every character of the category {(UnicodeCategory)category}");
        }

        return standIns;
    }

    private void Alternatives()
    {
        if (++_depth > DeepestNesting)
            throw Refuse($"groups nested more than {DeepestNesting} deep");
        while (_at < pattern.Length && pattern[_at] != ')')
        {
            if (pattern[_at] == '|')
            {
                _output.Append('|');
                _at++;
                continue;
            }

            int start = _output.Length;
            Atom();
            Quantifier(start);
        }

        _depth--;
    }

    private void Atom()
    {
        char c = pattern[_at];
        switch (c)
        {
            case '(':
                Group();
                break;
            case '[':
                _at = _classes.Class(_at, _ignoreCase, _output);
                break;
            case '\\':
                _at = _classes.Escape(_at, _ignoreCase, _output);
                break;
            case '.':
                _output.Append('.');
                _at++;
                break;
            case '^' or '$' or '*' or '+' or '?' or '{' or '}' or ']':
                throw Refuse($"{c}");
            default:
                CheckFolding();
                _classes.Literal(c, _at, _ignoreCase, _output);
                _at++;
                break;
        }
    }

    /// <summary>
    /// Under (?i: Oniguruma also matches one character that folds to several: U+00DF for ss, the ligatures of ff, fi,
    /// fl, st.
    /// </summary>
    private void CheckFolding()
    {
        if (_ignoreCase && _at + 1 < pattern.Length
            && pattern.AsSpan(_at, 2).ToString().ToLowerInvariant() is "ss" or "st" or "ff" or "fi" or "fl")
            throw Refuse($"(?i: around {pattern.AsSpan(_at, 2)}, which one character may stand for,");
    }

    private void Group()
    {
        bool outer = _ignoreCase;
        string rest = pattern[_at..];
        (string head, string translated) = rest switch
        {
            _ when rest.StartsWith("(?:", StringComparison.Ordinal) => ("(?:", "(?:"),
            _ when rest.StartsWith("(?i:", StringComparison.Ordinal) => ("(?i:", "(?:"),
            _ when rest.StartsWith("(?=", StringComparison.Ordinal) => ("(?=", "(?="),
            _ when rest.StartsWith("(?!", StringComparison.Ordinal) => ("(?!", "(?!"),
            _ when rest.StartsWith("(?>", StringComparison.Ordinal) => ("(?>", "(?>"),
            _ when rest.StartsWith("(?<=", StringComparison.Ordinal) => ("(?<=", "(?<="),
            _ when rest.StartsWith("(?<!", StringComparison.Ordinal) => ("(?<!", "(?<!"),
            _ when rest.StartsWith("(?", StringComparison.Ordinal) =>
                throw Refuse($"the group {rest[..Math.Min(4, rest.Length)]}"),
            _ => ("(", "(?:"),
        };
        _ignoreCase |= head == "(?i:";
        _output.Append(translated);
        int start = _at;
        _at += head.Length;
        Alternatives();
        if (_at == pattern.Length)
            throw new RegexNotSupportedException("a group without end", start);
        _at++;
        _output.Append(')');
        _ignoreCase = outer;
    }

    private void Quantifier(int atomStart)
    {
        if (_at == pattern.Length)
            return;
        char c = pattern[_at];
        int length = c switch
        {
            '*' or '+' or '?' => 1,
            '{' => Interval(),
            _ => 0,
        };
        if (length == 0)
            return;
        _output.Append(pattern, _at, length);
        _at += length;
        if (_at == pattern.Length)
            return;
        if (pattern[_at] == '+' && c != '{')
        {
            _output.Insert(atomStart, "(?>").Append(')');
            _at++;
        }
        else if (pattern[_at] == '?' && (c != '{' || pattern[(_at - length).._at].Contains(',')))
        {
            _output.Append('?');
            _at++;
        }

        if (_at < pattern.Length && pattern[_at] is '*' or '+' or '?' or '{')
            throw Refuse("a quantifier of a quantifier");
    }

    /// <summary>The length of {n}, {n,} or {n,m}.</summary>
    private int Interval()
    {
        int end = pattern.IndexOf('}', _at);
        string[] bounds = end < 0 ? [] : pattern[(_at + 1)..end].Split(',');
        bool wellFormed = bounds switch
        {
            [var exactly] => IsCount(exactly),
            [var least, var most] => IsCount(least) && (most.Length == 0 || IsCount(most)),
            _ => false,
        };
        return wellFormed ? end + 1 - _at : throw Refuse("{ that is no interval of at most 1000");

        static bool IsCount(string digits) => digits.Length is > 0 and < 4 && digits.All(char.IsAsciiDigit);
    }

    private RegexNotSupportedException Refuse(string construct) => new(construct, _at);
}
