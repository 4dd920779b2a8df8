namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>A piece of an expression: digits, a letter, a command with its backslash, or a sign.</summary>
internal readonly record struct MathToken(MathTokenKind Kind, string Text)
{
    public bool Is(string text) => Text == text && Kind != MathTokenKind.End;
}
