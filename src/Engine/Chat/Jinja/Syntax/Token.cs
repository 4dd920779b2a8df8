namespace MolEngine.Engine.Chat.Jinja.Syntax;

internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>A piece of a template.</summary>
/// <param name="Text">Data, a name, an operator, digits, or the value of a string.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    /// <summary>The token in words, for errors.</summary>
    public string Shown => Kind switch
    {
        TokenKind.Data => "template text",
        TokenKind.VariableBegin => "{{",
        TokenKind.VariableEnd => "}}",
        TokenKind.BlockBegin => "{%",
        TokenKind.BlockEnd => "%}",
        TokenKind.String => "a string",
        TokenKind.End => "the end of the template",
        _ => Text,
    };
}
