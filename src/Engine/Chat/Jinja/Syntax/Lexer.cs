using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Syntax;

/// <summary>
/// Cuts a template into tokens as Jinja does with <c>trim_blocks</c> and <c>lstrip_blocks</c>: the line break after a
/// block or a comment goes, and so does the white space before one that begins its line; <c>-</c> takes all the white
/// space there, <c>+</c> none.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private bool _lineStarts = true;

    private Lexer(string source)
    {
        _source = source;
    }

    /// <summary>The tokens of a template, the end among them.</summary>
    public static IReadOnlyList<Token> Tokenize(string source)
    {
        source = PythonText.LineFeeds(source);
        // One line break at the end is not the template's.
        if (source.EndsWith('\n'))
            source = source[..^1];
        var lexer = new Lexer(source);
        while (lexer._at < source.Length)
            lexer.Next();
        lexer._tokens.Add(new Token(TokenKind.End, "", lexer._line));
        return lexer._tokens;
    }

    /// <summary>Data up to the next tag, and the tag.</summary>
    private void Next()
    {
        int tag = FindTag(_at);
        if (tag < 0)
        {
            Data(_at, _source.Length);
            _at = _source.Length;
            return;
        }

        char kind = _source[tag + 1];
        int inside = tag + 2;
        char sign = inside < _source.Length && _source[inside] is '-' or '+' ? _source[inside] : ' ';
        Before(tag, sign, strips: kind != '{');
        if (sign != ' ')
            inside++;
        if (kind == '%' && RawEnd(inside) is int raw)
            Raw(raw);
        else if (kind == '#')
            Comment(inside);
        else
            Tag(kind, inside);
    }

    private int FindTag(int from)
    {
        for (int i = from; i + 1 < _source.Length; i++)
        {
            if (_source[i] == '{' && _source[i + 1] is '%' or '{' or '#')
                return i;
        }

        return -1;
    }

    /// <summary>The data before a tag, without the white space that the tag takes.</summary>
    private void Before(int tag, char sign, bool strips)
    {
        int end = tag;
        if (sign == '-')
        {
            end = PythonText.EndWithoutSpaces(_source, _at, tag);
        }
        else if (sign != '+' && strips)
        {
            int lineBreak = tag > _at ? _source.LastIndexOf('\n', tag - 1, tag - _at) : -1;
            int line = lineBreak < 0 ? _at : lineBreak + 1;
            bool startsLine = lineBreak >= 0 || _lineStarts;
            if (startsLine && line < tag && PythonText.SkipSpaces(_source, line) >= tag)
                end = line;
        }

        Data(_at, end);
        Pass(tag);
    }

    private void Data(int start, int end)
    {
        if (end > start)
            _tokens.Add(new Token(TokenKind.Data, _source[start..end], _line));
    }

    /// <summary>Goes on to a place; line breaks on the way are counted.</summary>
    private void Pass(int to)
    {
        _line += _source.AsSpan(_at, to - _at).Count('\n');
        if (to > _at)
            _lineStarts = _source[to - 1] == '\n';
        _at = to;
    }

    /// <summary>Where the tag <c>raw</c> ends; null where this is another.</summary>
    private int? RawEnd(int at)
    {
        if (Word("raw", at) is not int word)
            return null;
        if (Starts("-%}", word))
            return PythonText.SkipSpaces(_source, word + 3);
        return Starts("%}", word) ? word + 2 : null;
    }

    /// <summary>A word with white space around it; null where something else stands there.</summary>
    private int? Word(string word, int at)
    {
        int start = PythonText.SkipSpaces(_source, at);
        return Starts(word, start) ? PythonText.SkipSpaces(_source, start + word.Length) : null;
    }

    private bool Starts(string text, int at) => string.CompareOrdinal(_source, at, text, 0, text.Length) == 0;

    /// <summary>Text that is taken as it is, up to <c>endraw</c>.</summary>
    private void Raw(int start)
    {
        int line = _line;
        Pass(start);
        for (int i = start; i + 1 < _source.Length; i++)
        {
            if (!Starts("{%", i))
                continue;
            int inside = i + 2;
            char sign = inside < _source.Length && _source[inside] is '-' or '+' ? _source[inside] : ' ';
            if (Word("endraw", sign == ' ' ? inside : inside + 1) is not int word || Close('%', word) is not int end)
                continue;
            Before(i, sign, strips: true);
            Pass(end);
            return;
        }

        throw TemplateFault.Syntax("{% raw %} is not closed: expected {% endraw %}", line);
    }

    /// <summary>Where a tag's closing marks, and what they take, end; null where no marks stand there.</summary>
    private int? Close(char mark, int at)
    {
        string close = $"{mark}}}";
        if (Starts("-" + close, at))
            return PythonText.SkipSpaces(_source, at + 3);
        if (mark != '}' && Starts("+" + close, at))
            return at + 3;
        if (!Starts(close, at))
            return null;
        return mark != '}' && Starts("\n", at + 2) ? at + 3 : at + 2;
    }

    private void Comment(int inside)
    {
        for (int i = inside; i < _source.Length; i++)
        {
            if (Close('#', i) is not int end)
                continue;
            Pass(end);
            return;
        }

        throw TemplateFault.Syntax("{# is not closed: expected #}", _line);
    }

    private void Tag(char kind, int inside)
    {
        bool isBlock = kind == '%';
        char mark = isBlock ? '%' : '}';
        int line = _line;
        _tokens.Add(new Token(isBlock ? TokenKind.BlockBegin : TokenKind.VariableBegin, "", line));
        Pass(inside);
        var open = new Stack<char>();
        while (true)
        {
            if (open.Count == 0 && Close(mark, _at) is int end)
            {
                _tokens.Add(new Token(isBlock ? TokenKind.BlockEnd : TokenKind.VariableEnd, "", _line));
                Pass(end);
                return;
            }

            if (_at >= _source.Length)
            {
                throw TemplateFault.Syntax(
                    isBlock ? "{% is not closed: expected %}" : "{{ is not closed: expected }}", line);
            }

            if (TagLexer.Read(_source, _at, _line, open, out int next) is Token token)
                _tokens.Add(token);
            Pass(next);
        }
    }
}
