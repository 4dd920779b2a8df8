namespace MolEngine.VirtualGpu.Ptx;

/// <summary>
/// Cuts PTX text into tokens. Words keep their dots, as an opcode's modifiers, %tid.x and .reg are single names.
/// </summary>
internal sealed class PtxLexer(string text)
{
    private const string Marks = "{}[]()<>,;:+-|!@=*&~?/%^";

    private int _at;
    private int _line = 1;

    /// <exception cref="PtxException">A character that no token starts with, or an unclosed string or
    /// comment.</exception>
    public static List<PtxToken> Tokens(string text)
    {
        var lexer = new PtxLexer(text);
        var tokens = new List<PtxToken>(text.Length / 4);
        PtxToken token;
        do
        {
            token = lexer.Next();
            tokens.Add(token);
        }
        while (token.Kind != PtxTokenKind.End);
        return tokens;
    }

    private PtxToken Next()
    {
        SkipBlanks();
        int start = _at;
        if (_at >= text.Length)
            return Make(PtxTokenKind.End, start);
        char c = text[_at];
        if (c == '"')
            return Quoted(start);
        if (char.IsAsciiDigit(c))
        {
            while (_at < text.Length && (IsNamePart(text[_at]) || text[_at] == '.'))
                _at++;
            return Make(PtxTokenKind.Number, start);
        }

        if (StartsWord(start))
        {
            ScanWord();
            return Make(PtxTokenKind.Word, start);
        }

        if (!Marks.Contains(c))
            throw new PtxException(_line, $"character: expected PTX, got '{c}' (U+{(int)c:X4})");
        _at++;
        return Make(PtxTokenKind.Punctuation, start);
    }

    private bool StartsWord(int at)
    {
        char c = text[at];
        if (char.IsAsciiLetter(c) || c is '_' or '$')
            return true;
        return c is '.' or '%' && at + 1 < text.Length && IsNamePart(text[at + 1]);
    }

    private void ScanWord()
    {
        _at++;
        while (_at < text.Length)
        {
            bool joined = text[_at] == ':' && _at + 2 < text.Length && text[_at + 1] == ':'
                && IsNamePart(text[_at + 2]);
            if (joined)
                _at += 2;
            else if (IsNamePart(text[_at]) || text[_at] == '.')
                _at++;
            else
                return;
        }
    }

    private PtxToken Quoted(int start)
    {
        int line = _line;
        _at++;
        while (_at < text.Length && text[_at] != '"' && text[_at] != '\n')
            _at++;
        if (_at >= text.Length || text[_at] != '"')
            throw new PtxException(line, "string: expected a closing quote, got the end of the line");
        _at++;
        return new PtxToken(PtxTokenKind.Text, text[(start + 1)..(_at - 1)], start, _at, line);
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            char c = text[_at];
            if (c == '\n')
                _line++;
            if (char.IsWhiteSpace(c) || c == '\0')
                _at++;
            else if (c == '/' && Follows("//"))
                SkipLine();
            else if (c == '/' && Follows("/*"))
                SkipComment();
            else
                return;
        }
    }

    private void SkipLine()
    {
        while (_at < text.Length && text[_at] != '\n')
            _at++;
    }

    private void SkipComment()
    {
        int line = _line;
        for (_at += 2; !Follows("*/"); _at++)
        {
            if (_at >= text.Length)
                throw new PtxException(line, "comment: expected '*/', got the end of the text");
            if (text[_at] == '\n')
                _line++;
        }

        _at += 2;
    }

    private bool Follows(string what) => string.CompareOrdinal(text, _at, what, 0, what.Length) == 0;

    private PtxToken Make(PtxTokenKind kind, int start) => new(kind, text[start.._at], start, _at, _line);

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '%';
}
