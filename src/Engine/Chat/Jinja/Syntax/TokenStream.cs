namespace MolEngine.Engine.Chat.Jinja.Syntax;

/// <summary>Tokens, read one after the other.</summary>
internal sealed class TokenStream(IReadOnlyList<Token> tokens)
{
    private int _at;

    public Token Current => tokens[_at];

    public Token Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>The current token; the stream goes on behind it.</summary>
    public Token Next()
    {
        Token token = Current;
        if (_at + 1 < tokens.Count)
            _at++;
        return token;
    }

    public bool SkipName(string name) => Skip(Current.IsName(name));

    public bool SkipOperator(string text) => Skip(Current.IsOperator(text));

    public Token Expect(TokenKind kind, string shown) => Current.Kind == kind ? Next() : throw Unexpected(shown);

    public Token ExpectName(string name) => Current.IsName(name) ? Next() : throw Unexpected(name);

    public Token ExpectOperator(string text) => Current.IsOperator(text) ? Next() : throw Unexpected(text);

    /// <summary>Whether a word stands further on in this expression, outside of brackets that open from here.</summary>
    public bool FollowsInExpression(string word)
    {
        int depth = 0;
        for (int i = _at; i < tokens.Count; i++)
        {
            Token token = tokens[i];
            if (token.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.End)
                return false;
            if (depth == 0 && token.IsName(word))
                return true;
            if (token.Kind != TokenKind.Operator)
                continue;
            if (depth == 0 && token.Text is "," or ":" or "=" or ")" or "]" or "}")
                return false;
            depth += token.Text is "(" or "[" or "{" ? 1 : token.Text is ")" or "]" or "}" ? -1 : 0;
        }

        return false;
    }

    public TemplateFault Unexpected(string expected) =>
        TemplateFault.Syntax($"expected {expected}, got {Current.Shown}", Current.Line);

    private bool Skip(bool isThere)
    {
        if (isThere)
            Next();
        return isThere;
    }
}
