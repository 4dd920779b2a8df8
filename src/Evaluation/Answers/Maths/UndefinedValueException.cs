namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// An expression has no value here: it divides by zero, lies outside a function's domain, or is larger than the limits
/// on size. It never leaves <see cref="MathAnswer"/>.
/// </summary>
internal sealed class UndefinedValueException(string what) : Exception(what);
