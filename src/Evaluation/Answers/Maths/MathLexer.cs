namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>Cuts an expression, in LaTeX or as it is typed, into tokens.</summary>
internal static class MathLexer
{
    /// <summary>Words that are typed without a backslash, with the commands that they stand for.</summary>
    private static readonly Dictionary<string, string> Words = new()
    {
        ["sqrt"] = @"\sqrt",
        ["pi"] = @"\pi",
        ["sin"] = @"\sin",
        ["cos"] = @"\cos",
        ["tan"] = @"\tan",
        ["cot"] = @"\cot",
        ["sec"] = @"\sec",
        ["csc"] = @"\csc",
        ["arcsin"] = @"\arcsin",
        ["arccos"] = @"\arccos",
        ["arctan"] = @"\arctan",
        ["log"] = @"\log",
        ["ln"] = @"\ln",
        ["exp"] = @"\exp",
        ["infinity"] = @"\infty",
        ["inf"] = @"\infty",
        ["oo"] = @"\infty",
        ["pm"] = @"\pm",
        ["theta"] = @"\theta",
        ["alpha"] = @"\alpha",
        ["beta"] = @"\beta",
    };

    public static bool IsWord(string letters) => Words.ContainsKey(letters);

    /// <summary>The tokens of a text, with one of the kind End after them.</summary>
    public static List<MathToken> Tokens(string text)
    {
        List<MathToken> tokens = [];
        for (int i = 0; i < text.Length;)
        {
            int length = Length(text, i);
            string piece = text.Substring(i, length);
            i += length;
            if (char.IsAsciiDigit(piece[0]) || (piece.Length > 1 && piece[0] == '.'))
                tokens.Add(new MathToken(MathTokenKind.Number, piece));
            else if (piece[0] == '\\')
                tokens.Add(new MathToken(MathTokenKind.Command, piece));
            else if (char.IsLetter(piece[0]))
                AddLetters(tokens, piece);
            else if (!char.IsWhiteSpace(piece[0]))
                tokens.Add(new MathToken(MathTokenKind.Sign, piece == "**" ? "^" : piece));
        }

        tokens.Add(new MathToken(MathTokenKind.End, ""));
        return tokens;
    }

    private static void AddLetters(List<MathToken> tokens, string letters)
    {
        if (Words.TryGetValue(letters, out string? command))
        {
            tokens.Add(new MathToken(MathTokenKind.Command, command));
            return;
        }

        foreach (char letter in letters)
            tokens.Add(new MathToken(MathTokenKind.Letter, letter.ToString()));
    }

    /// <summary>The length of the token that begins at a place.</summary>
    private static int Length(string text, int at)
    {
        int end = at + 1;
        char c = text[at];
        if (char.IsAsciiDigit(c) || (c == '.' && end < text.Length && char.IsAsciiDigit(text[end])))
        {
            end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            if (end < text.Length && text[end] == '.')
                end++;
            while (end < text.Length && text[end - 1] != ' ' && char.IsAsciiDigit(text[end]))
                end++;
        }
        else if (c == '\\')
        {
            while (end < text.Length && char.IsAsciiLetter(text[end]))
                end++;
            // A command of one sign: \{ or \%.
            if (end == at + 1 && end < text.Length)
                end++;
        }
        else if (char.IsLetter(c))
        {
            while (end < text.Length && char.IsLetter(text[end]))
                end++;
        }
        else if (c == '*' && end < text.Length && text[end] == '*')
        {
            end++;
        }

        return end - at;
    }
}
