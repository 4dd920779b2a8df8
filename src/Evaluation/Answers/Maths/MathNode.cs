namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>An expression as it was written; <see cref="MathEvaluator"/> gives its value.</summary>
internal abstract record MathNode
{
    /// <summary>A number; of one that was written with a point, how many digits stand after it.</summary>
    public sealed record Number(Rational Value, int? Decimals = null) : MathNode;

    /// <summary>A letter, a Greek letter's command, or infinity, with its index where it has one.</summary>
    public sealed record Symbol(string Name) : MathNode;

    public sealed record Sum(MathNode Left, MathNode Right) : MathNode;

    /// <summary>Plus-minus: the right side is added where the sign that is tried is plus, else taken away.</summary>
    public sealed record PlusMinus(MathNode Left, MathNode Right, bool MinusFirst) : MathNode;

    public sealed record Negative(MathNode Of) : MathNode;

    public sealed record Product(MathNode Left, MathNode Right) : MathNode;

    public sealed record Quotient(MathNode Top, MathNode Bottom) : MathNode;

    public sealed record Power(MathNode Base, MathNode Exponent) : MathNode;

    public sealed record Root(MathNode Of, MathNode? Degree) : MathNode;

    /// <summary>A function by its name without the backslash: sin, ln, abs, floor, binom, ...</summary>
    public sealed record Call(string Function, MathNode Argument, MathNode? Second = null) : MathNode;

    /// <summary>An angle in degrees: π/180 of it where a function takes it, else the bare number.</summary>
    public sealed record Degrees(MathNode Of) : MathNode;

    public sealed record Percent(MathNode Of) : MathNode;
}
