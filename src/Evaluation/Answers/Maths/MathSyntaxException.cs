namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// A text is no expression that is known here, or goes beyond the limits on depth. It never leaves
/// <see cref="MathAnswer"/>.
/// </summary>
internal sealed class MathSyntaxException(string what) : Exception(what);
