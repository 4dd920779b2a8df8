namespace MolEngine.Evaluation.Answers.Maths;

internal enum RelationKind
{
    Equal,
    Less,
    LessOrEqual,
    Unequal,
}
