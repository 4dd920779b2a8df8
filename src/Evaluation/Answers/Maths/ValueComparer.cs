namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// Whether two expressions have the same value: exactly where both come to fractions, else in 256 bits; with variables,
/// at several points with fractional coordinates, of which some are negative, which different polynomials of the size
/// of an answer do not survive.
/// </summary>
internal static class ValueComparer
{
    private const int Points = 4;

    /// <summary>
    /// Decimals that a number must have, and digits that count, before it may stand for a value that it only rounds.
    /// </summary>
    private const int RoundedDecimals = 6;

    private static readonly Rational HalfUnit = new(1, 2_000_000);

    public static bool AreEqual(MathAnswer.Value a, MathAnswer.Value b) =>
        Agree(a, b) || Rounds(a, b) || Rounds(b, a) || IsPercentOf(a, b) || IsPercentOf(b, a);

    /// <summary>
    /// Whether one expression is a constant times the other: whether both are zero for the same values.
    /// </summary>
    /// <param name="positive">Whether the constant must be above 0, as that of an inequality.</param>
    public static bool AreProportional(MathNode a, MathNode b, bool positive)
    {
        ComplexValue? factor = null;
        for (int point = 0; point < Points; point++)
        {
            if (At(a, point, true) is not { } left || At(b, point, true) is not { } right)
                continue;
            if (left.IsZero || right.IsZero)
                return false;
            ComplexValue quotient = left / right;
            if (factor is not null && !factor.Is(quotient))
                return false;
            factor = quotient;
        }

        return factor is { IsReal: true } && (!positive || factor.Re.Sign > 0);
    }

    private static bool Agree(MathAnswer.Value a, MathAnswer.Value b)
    {
        int compared = 0;
        for (int point = 0; point < Points; point++)
        {
            ComplexValue? left = At(a.Node, point, a.Plus), right = At(b.Node, point, b.Plus);
            if (left is null && right is null)
                continue;
            if (left is null || right is null || !left.Is(right))
                return false;
            compared++;
        }

        return compared > 0;
    }

    /// <summary>
    /// Whether a decimal number is another value rounded: 0.333333 for 1/3, but not 0.33. Both are rounded to six
    /// decimals, as math_verify does it; unlike there, the number must have as many.
    /// </summary>
    private static bool Rounds(MathAnswer.Value rounded, MathAnswer.Value exact)
    {
        MathNode node = rounded.Node is MathNode.Negative negative ? negative.Of : rounded.Node;
        if (node is not MathNode.Number { Decimals: >= RoundedDecimals } number
            || (exact.Node is MathNode.Number { Decimals: not null } other && other.Decimals <= number.Decimals)
            || number.Value.Numerator * 10 < number.Value.Denominator)
            return false;
        ComplexValue? apart = At(exact.Node, 0, exact.Plus) is { IsReal: true } value && IsConstant(exact)
            ? (value - At(rounded.Node, 0, true)!).Abs()
            : null;
        return apart is not null && !(apart.Re > BigReal.Of(HalfUnit));
    }

    private static bool IsConstant(MathAnswer.Value value) =>
        At(value.Node, 0, value.Plus) is { } first && At(value.Node, 1, value.Plus) is { } second && first.Is(second);

    /// <summary>
    /// Whether one is p % and the other p: a question that asks for per cent is answered by the number.
    /// </summary>
    private static bool IsPercentOf(MathAnswer.Value percent, MathAnswer.Value number) =>
        percent.Node is MathNode.Percent p && Agree(percent with { Node = p.Of }, number);

    private static ComplexValue? At(MathNode node, int point, bool plus)
    {
        try
        {
            return new MathEvaluator(name => Coordinate(name, point), plus).Value(node);
        }
        catch (UndefinedValueException)
        {
            return null;
        }
    }

    /// <summary>
    /// What a variable stands for at a point: a fraction of size 4 to 9 that follows from its name, so that each
    /// expression is met by the same; positive at the first point, negative at the second.
    /// </summary>
    private static Rational Coordinate(string name, int point)
    {
        uint hash = 2166136261;
        foreach (char c in $"{point}{name}")
            hash = (hash ^ c) * 16777619;
        var size = new Rational(4_001 + (int)(hash % 4_999), 997);
        bool negative = point == 1 || (point > 1 && (hash >> 16) % 2 == 1);
        return negative ? -size : size;
    }
}
