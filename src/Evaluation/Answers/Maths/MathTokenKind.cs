namespace MolEngine.Evaluation.Answers.Maths;

internal enum MathTokenKind
{
    Number,
    Letter,
    Command,
    Sign,
    End,
}
