namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>Whether two answers are the same value, form by form.</summary>
internal static class AnswerComparer
{
    /// <summary>
    /// Items of two lists that are compared each with each; longer lists are compared in their order.
    /// </summary>
    private const int MostUnordered = 100;

    public static bool AreEqual(MathAnswer a, MathAnswer b) =>
        (a.Text.Length > 0 && a.Text == b.Text) || (a, b) switch
        {
            (MathAnswer.Value x, MathAnswer.Value y) => ValueComparer.AreEqual(x, y),
            (MathAnswer.Ordered x, MathAnswer.Ordered y) => BracketsAgree(x, y) && InOrder(x.Items, y.Items),
            (MathAnswer.Unordered x, MathAnswer.Unordered y) => InAnyOrder(x.Items, y.Items),
            (MathAnswer.Union x, MathAnswer.Union y) => InAnyOrder(x.Parts, y.Parts),
            (MathAnswer.Matrix x, MathAnswer.Matrix y) =>
                x.Rows.Count == y.Rows.Count && x.Rows.Zip(y.Rows).All(r => InOrder(r.First, r.Second)),
            (MathAnswer.Relation x, MathAnswer.Relation y) => RelationsAgree(x, y),
            (MathAnswer.BaseNumeral x, MathAnswer.BaseNumeral y) => x.Digits == y.Digits && x.Base == y.Base,
            (MathAnswer.Words x, MathAnswer.Words y) => x.Normal == y.Normal,
            _ => FormsAgree(a, b) || FormsAgree(b, a),
        };

    /// <summary>Answers of different forms that say the same.</summary>
    private static bool FormsAgree(MathAnswer a, MathAnswer b) => (a, b) switch
    {
        // x = 5 says 5; so does y = 2x + 3 say 2x + 3.
        (MathAnswer.Relation { Kind: RelationKind.Equal } x, not MathAnswer.Relation) when IsName(x.Left) =>
            AreEqual(x.Right, b),
        (MathAnswer.Relation x, MathAnswer.Ordered) when Interval(x) is { } interval => AreEqual(interval, b),
        (MathAnswer.Relation { Kind: RelationKind.Unequal } x, MathAnswer.Union) when Punctured(x) is { } line =>
            AreEqual(line, b),
        (MathAnswer.Unordered { IsSet: false } x, MathAnswer.Union y) =>
            InAnyOrder([.. x.Items.Select(AsInterval)], y.Parts),
        (MathAnswer.Unordered { IsSet: false } x, MathAnswer.Ordered { Open: '(', Close: ')' } y) =>
            InOrder(x.Items, y.Items),
        // A set of one, or a value that was said twice in different spellings.
        (MathAnswer.Unordered { Items.Count: > 0 } x, MathAnswer.Value) => x.Items.All(item => AreEqual(item, b)),
        (MathAnswer.Words x, MathAnswer.Value y) => x.Normal == AnswerWords.Normal(y.Text),
        _ => false,
    };

    private static bool BracketsAgree(MathAnswer.Ordered a, MathAnswer.Ordered b) =>
        (a.Open == b.Open && a.Close == b.Close) || a.Items.Count != 2;

    private static bool InOrder(IReadOnlyList<MathAnswer> a, IReadOnlyList<MathAnswer> b) =>
        a.Count == b.Count && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second));

    private static bool InAnyOrder(IReadOnlyList<MathAnswer> a, IReadOnlyList<MathAnswer> b)
    {
        if (a.Count != b.Count || a.Count > MostUnordered)
            return InOrder(a, b);
        List<MathAnswer> left = [.. b];
        foreach (MathAnswer item in a)
        {
            int at = left.FindIndex(other => AreEqual(item, other));
            if (at < 0)
                return false;
            left.RemoveAt(at);
        }

        return true;
    }

    /// <summary>x, f(x), or a word: what stands left of an equation that only names what is right of it.</summary>
    public static bool IsName(MathAnswer answer) => answer switch
    {
        MathAnswer.Value { Node: MathNode.Symbol } => true,
        MathAnswer.Value { Node: MathNode.Product { Left: MathNode.Symbol, Right: MathNode.Symbol } } => true,
        MathAnswer.Words => true,
        // (x, y) = (1, 2) names a point's coordinates.
        MathAnswer.Ordered ordered => ordered.Items.All(IsName),
        _ => false,
    };

    private static bool RelationsAgree(MathAnswer.Relation a, MathAnswer.Relation b)
    {
        if (a.Kind != b.Kind)
            return false;
        if (AreEqual(a.Left, b.Left) && AreEqual(a.Right, b.Right))
            return true;
        bool eitherWay = a.Kind is RelationKind.Equal or RelationKind.Unequal;
        return (eitherWay && AreEqual(a.Left, b.Right) && AreEqual(a.Right, b.Left))
            || (a.Left is MathAnswer.Value al && a.Right is MathAnswer.Value ar && b.Left is MathAnswer.Value bl
                && b.Right is MathAnswer.Value br && ValueComparer.AreProportional(
                    new MathNode.Sum(al.Node, new MathNode.Negative(ar.Node)),
                    new MathNode.Sum(bl.Node, new MathNode.Negative(br.Node)), positive: !eitherWay));
    }

    private static MathAnswer AsInterval(MathAnswer answer) =>
        answer is MathAnswer.Relation relation && Interval(relation) is { } interval ? interval : answer;

    /// <summary>x &gt; 3 as (3, ∞); null where neither side is a variable alone.</summary>
    private static MathAnswer.Ordered? Interval(MathAnswer.Relation relation)
    {
        bool open = relation.Kind == RelationKind.Less;
        if (relation.Kind is RelationKind.Equal or RelationKind.Unequal)
            return null;
        if (relation.Left is MathAnswer.Value { Node: MathNode.Symbol })
        {
            return new MathAnswer.Ordered('(', [Infinity(negative: true), relation.Right], open ? ')' : ']')
            {
                Text = "",
            };
        }

        return relation.Right is MathAnswer.Value { Node: MathNode.Symbol }
            ? new MathAnswer.Ordered(open ? '(' : '[', [relation.Left, Infinity(negative: false)], ')') { Text = "" }
            : null;
    }

    /// <summary>x ≠ 3 as (-∞, 3) ∪ (3, ∞).</summary>
    private static MathAnswer.Union? Punctured(MathAnswer.Relation relation) =>
        relation.Left is MathAnswer.Value { Node: MathNode.Symbol }
            ? new MathAnswer.Union(
                [
                    new MathAnswer.Ordered('(', [Infinity(negative: true), relation.Right], ')') { Text = "" },
                    new MathAnswer.Ordered('(', [relation.Right, Infinity(negative: false)], ')') { Text = "" },
                ])
            { Text = "" }
            : null;

    private static MathAnswer.Value Infinity(bool negative)
    {
        MathNode infinity = new MathNode.Symbol(@"\infty");
        return new MathAnswer.Value(negative ? new MathNode.Negative(infinity) : infinity) { Text = "" };
    }
}
