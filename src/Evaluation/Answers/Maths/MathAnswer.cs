namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// An answer to a question of mathematics as a value: what <see cref="AnswerParser"/> reads and
/// <see cref="AnswerComparer"/> compares.
/// </summary>
internal abstract record MathAnswer
{
    /// <summary>
    /// The answer as it was cleaned, without blanks: what answers are compared by that have no value.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>Whether two answers in LaTeX, or as they are typed, are the same value.</summary>
    public static bool AreEqual(string a, string b) =>
        AnswerComparer.AreEqual(AnswerParser.Parse(a), AnswerParser.Parse(b));

    /// <summary>A number or an expression in variables.</summary>
    /// <param name="Plus">The sign that ± stands for in it.</param>
    public sealed record Value(MathNode Node, bool Plus = true) : MathAnswer;

    /// <summary>
    /// Items in their order between brackets: a point, a vector, an interval. Brackets tell intervals apart, so of two
    /// items they count.
    /// </summary>
    public sealed record Ordered(char Open, IReadOnlyList<MathAnswer> Items, char Close) : MathAnswer;

    /// <summary>Items in any order: a set, or answers beside each other.</summary>
    /// <param name="IsSet">Whether it was written in braces.</param>
    public sealed record Unordered(IReadOnlyList<MathAnswer> Items, bool IsSet) : MathAnswer;

    /// <summary>A union of sets and intervals.</summary>
    public sealed record Union(IReadOnlyList<MathAnswer> Parts) : MathAnswer;

    public sealed record Matrix(IReadOnlyList<IReadOnlyList<MathAnswer>> Rows) : MathAnswer;

    /// <summary>An equation or inequality: =, &lt;, ≤ or ≠; greater-than is written with its sides exchanged.</summary>
    /// <param name="Right">The right side as an answer of its own: what <c>x = 5</c> says.</param>
    public sealed record Relation(RelationKind Kind, MathAnswer Left, MathAnswer Right) : MathAnswer;

    /// <summary>A numeral of another base, 1010_2: equal to such a numeral alone.</summary>
    public sealed record BaseNumeral(string Digits, string Base) : MathAnswer;

    /// <summary>Words, letters of choices, times of day: compared as texts.</summary>
    public sealed record Words(string Normal) : MathAnswer;
}
