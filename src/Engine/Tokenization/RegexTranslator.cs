using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Gives a pattern of Oniguruma (Ruby syntax, as the tokenizers library uses it) to .NET. Constructs of one meaning
/// pass; possessive quantifiers become atomic groups; ASCII letters under (?i: become classes of their case variants
/// (Unicode's: s with U+017F, k with U+212A); characters beyond the BMP become what stands for them
/// (<see cref="RegexUnits"/>). Everything else is refused by name.
/// </summary>
internal sealed class RegexTranslator
{
    private const int DeepestNesting = 50;

    private readonly string _pattern;
    private readonly StringBuilder _output = new();
    private readonly RegexClassTranslator _classes;
    private int _at;
    private int _depth;
    private bool _ignoreCase;

    private RegexTranslator(string pattern, RegexUnits? units)
    {
        _pattern = pattern;
        _classes = new RegexClassTranslator(pattern, units);
    }

    /// <summary>A pattern for a literal string.</summary>
    public static string Escape(string literal)
    {
        var escaped = new StringBuilder();
        foreach (char c in literal)
            escaped.Append(char.IsAsciiLetterOrDigit(c) || c >= 0x80 ? "" : "\\").Append(c);
        return escaped.Replace("\\\n", "\\n").Replace("\\\r", "\\r").Replace("\\\t", "\\t").ToString();
    }

    /// <summary>The pattern for .NET, and the units of a text that it is for.</summary>
    /// <exception cref="RegexNotSupportedException">A construct means something else in .NET, or is not
    /// known.</exception>
    public static (string Pattern, RegexUnits Units) Translate(string pattern)
    {
        // What stands for characters beyond the BMP depends on all that the pattern names: a first way finds that out.
        var names = new RegexTranslator(pattern, null);
        names.Run();
        var units = new RegexUnits(names._classes.Named);
        var translator = new RegexTranslator(pattern, units);
        translator.Run();
        return (translator._output.ToString(), units);
    }

    private void Run()
    {
        Alternatives();
        if (_at < _pattern.Length)
            throw Refuse("an unmatched )");
    }

    private void Alternatives()
    {
        if (++_depth > DeepestNesting)
            throw Refuse($"groups nested more than {DeepestNesting} deep");
        while (_at < _pattern.Length && _pattern[_at] != ')')
        {
            if (_pattern[_at] == '|')
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
        char c = _pattern[_at];
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
                _classes.Literal(
                    RegexClassTranslator.CodePoint(_pattern, _at, out int length), _at, _ignoreCase, _output);
                _at += length;
                break;
        }
    }

    /// <summary>
    /// Under (?i: Oniguruma also matches one character that folds to several: U+00DF for ss, the ligatures of ff, fi,
    /// fl, st.
    /// </summary>
    private void CheckFolding()
    {
        if (_ignoreCase && _at + 1 < _pattern.Length
            && _pattern.AsSpan(_at, 2).ToString().ToLowerInvariant() is "ss" or "st" or "ff" or "fi" or "fl")
            throw Refuse($"(?i: around {_pattern.AsSpan(_at, 2)}, which one character may stand for,");
    }

    private void Group()
    {
        bool outer = _ignoreCase;
        string rest = _pattern[_at..];
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
        if (_at == _pattern.Length)
            throw new RegexNotSupportedException("a group without end", start);
        _at++;
        _output.Append(')');
        _ignoreCase = outer;
    }

    private void Quantifier(int atomStart)
    {
        if (_at == _pattern.Length)
            return;
        char c = _pattern[_at];
        int length = c switch
        {
            '*' or '+' or '?' => 1,
            '{' => Interval(),
            _ => 0,
        };
        if (length == 0)
            return;
        _output.Append(_pattern, _at, length);
        _at += length;
        if (_at == _pattern.Length)
            return;
        if (_pattern[_at] == '+' && c != '{')
        {
            _output.Insert(atomStart, "(?>").Append(')');
            _at++;
        }
        else if (_pattern[_at] == '?' && (c != '{' || _pattern[(_at - length).._at].Contains(',')))
        {
            _output.Append('?');
            _at++;
        }

        if (_at < _pattern.Length && _pattern[_at] is '*' or '+' or '?' or '{')
            throw Refuse("a quantifier of a quantifier");
    }

    /// <summary>The length of {n}, {n,} or {n,m}.</summary>
    private int Interval()
    {
        int end = _pattern.IndexOf('}', _at);
        string[] bounds = end < 0 ? [] : _pattern[(_at + 1)..end].Split(',');
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
