using System.Text.RegularExpressions;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Syntax;

/// <summary>The tokens inside of <c>{{ }}</c> and <c>{% %}</c>.</summary>
internal static partial class TagLexer
{
    private static readonly string[] Operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
        ".", ":", "|", ",", ";",
    ];

    /// <summary>The token at a place; null for white space.</summary>
    /// <param name="open">Brackets that are open.</param>
    public static Token? Read(string source, int at, int line, Stack<char> open, out int next)
    {
        char c = source[at];
        next = PythonText.SkipSpaces(source, at);
        if (next > at)
            return null;
        if (char.IsAsciiDigit(c) && Number(source, at, line, out next) is Token number)
            return number;
        if (PythonText.IsNamePart(c))
            return Name(source, at, line, out next);
        return c is '\'' or '"' ? String(source, at, line, out next) : Operator(source, at, line, open, out next);
    }

    private static Token? Number(string source, int at, int line, out int next)
    {
        Match match = FloatPattern().Match(source, at);
        bool isFloat = match.Success && (at == 0 || source[at - 1] != '.');
        if (!isFloat)
            match = IntegerPattern().Match(source, at);
        next = at + match.Length;
        if (!match.Success)
            return null;
        string digits = match.Value.Replace("_", "");
        return new Token(isFloat ? TokenKind.Float : TokenKind.Integer, digits, line);
    }

    private static Token Name(string source, int at, int line, out int next)
    {
        next = at;
        while (next < source.Length && PythonText.IsNamePart(source[next]))
            next++;
        string name = source[at..next];
        return PythonText.IsIdentifier(name)
            ? new Token(TokenKind.Name, name, line)
            : throw TemplateFault.Syntax($"{name}: expected a name, got a character that no name has", line);
    }

    private static Token String(string source, int at, int line, out int next)
    {
        char quote = source[at];
        for (next = at + 1; next < source.Length && source[next] != quote; next++)
        {
            if (source[next] == '\\')
                next++;
        }

        if (next >= source.Length)
            throw TemplateFault.Syntax($"a string is not closed: expected {quote}", line);
        string text = StringLiteral.Unescape(source[(at + 1)..next], line);
        next++;
        return new Token(TokenKind.String, text, line);
    }

    private static Token Operator(string source, int at, int line, Stack<char> open, out int next)
    {
        string? text = Operators.FirstOrDefault(o => string.CompareOrdinal(source, at, o, 0, o.Length) == 0);
        if (text is null)
            throw TemplateFault.Syntax($"unexpected character '{source[at]}' (U+{(int)source[at]:X4})", line);
        next = at + text.Length;
        switch (text)
        {
            case "(":
                open.Push(')');
                break;
            case "[":
                open.Push(']');
                break;
            case "{":
                open.Push('}');
                break;
            case ")" or "]" or "}":
                if (!open.TryPop(out char expected))
                    throw TemplateFault.Syntax($"unexpected '{text}'", line);
                if (expected != text[0])
                    throw TemplateFault.Syntax($"unexpected '{text}', expected '{expected}'", line);
                break;
        }

        return new Token(TokenKind.Operator, text, line);
    }

    [GeneratedRegex(@"\G([0-9]+_)*[0-9]+((\.([0-9]+_)*[0-9]+)?[eE][+\-]?([0-9]+_)*[0-9]+|\.([0-9]+_)*[0-9]+)")]
    private static partial Regex FloatPattern();

    [GeneratedRegex(@"\G(0[bB](_?[01])+|0[oO](_?[0-7])+|0[xX](_?[0-9a-fA-F])+|[1-9](_?[0-9])*|0(_?0)*)")]
    private static partial Regex IntegerPattern();
}
