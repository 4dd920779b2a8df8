using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// Reads an answer: its outer form first (union, relation, list, brackets, matrix), then expressions.
/// </summary>
internal static partial class AnswerParser
{
    /// <summary>
    /// Characters of an answer; a longer text is compared as it is, since it is no answer but a solution.
    /// </summary>
    private const int MostCharacters = 1_000;

    /// <summary>Members of a set up to which one that is written twice is found.</summary>
    private const int MostDistinct = 100;

    /// <summary>Brackets in brackets.</summary>
    private const int MostDepth = 8;

    /// <summary>The answer that a text is. One that is no mathematics is words.</summary>
    public static MathAnswer Parse(string text)
    {
        if (text.Length > MostCharacters)
            return Words(text.Trim());
        string cleaned = LatexText.Cleaned(text);
        return BaseNumeral(cleaned) ?? AnswerWords.Whole(cleaned) ?? Parse(AnswerWords.WithoutUnits(cleaned), 0);
    }

    private static MathAnswer Parse(string text, int depth)
    {
        text = text.Trim();
        if (depth > MostDepth || text.Length == 0)
            return Words(text);
        if (depth > 0 && AnswerWords.Whole(text) is { } words)
            return words;
        if (BaseNumeral(text) is { } numeral)
            return numeral;
        text = JoinThousands(text, depth);
        return Matrix(text, depth) ?? OutwardInterval(text, depth) ?? List(text, depth) ?? Union(text, depth)
            ?? Relation(text, depth) ?? Brackets(text, depth) ?? Value(text);
    }

    private static MathAnswer? BaseNumeral(string text)
    {
        Match match = Numeral().Match(text.Replace(" ", ""));
        if (!match.Success)
            return null;
        string digits = match.Groups["sign"].Value + match.Groups["digits"].Value.TrimStart('0');
        return new MathAnswer.BaseNumeral(digits, Base(match.Groups["base"].Value)) { Text = match.Value };
    }

    private static string Base(string written) => written switch
    {
        "two" => "2",
        "three" => "3",
        "four" => "4",
        "five" => "5",
        "six" => "6",
        "seven" => "7",
        "eight" => "8",
        "nine" => "9",
        "ten" => "10",
        _ => written,
    };

    /// <summary>
    /// 58,500 is one number, 3,5,7 are three. Within brackets a comma always separates. Blanks may stand for commas.
    /// </summary>
    private static string JoinThousands(string text, int depth) =>
        depth > 0 || text.AsSpan().IndexOfAny('[', '(') >= 0
            ? text
            : Thousands().Replace(text, m => m.Value.Replace(",", "").Replace(" ", ""));

    private static MathAnswer? Matrix(string text, int depth)
    {
        Match match = MatrixText().Match(text);
        if (!match.Success)
            return BracketMatrix(text, depth);
        List<IReadOnlyList<MathAnswer>> rows = [];
        foreach (string row in match.Groups["rows"].Value.Split(@"\\"))
        {
            if (row.Trim().Length > 0 && row.Trim() != @"\hline")
                rows.Add([.. row.Split('&').Select(cell => Parse(cell, depth + 1))]);
        }

        return new MathAnswer.Matrix(rows) { Text = Squeezed(text) };
    }

    /// <summary>A matrix as programs write it, [[1, 2], [3, 4]]: rows of the same length in brackets.</summary>
    private static MathAnswer.Matrix? BracketMatrix(string text, int depth)
    {
        if (Inside(text) is not { } inside)
            return null;
        List<string?> rows = [.. TopLevel.Split(inside, ",", ";").Select(row => Inside(row.Trim()))];
        if (rows.Exists(r => r is null))
            return null;
        List<IReadOnlyList<MathAnswer>> cells =
            [.. rows.Select(r => TopLevel.Split(r!, ",", ";").Select(cell => Parse(cell, depth + 1)).ToArray())];
        return cells.TrueForAll(r => r.Count == cells[0].Count)
            ? new MathAnswer.Matrix(cells) { Text = Squeezed(text) }
            : null;

        static string? Inside(string text) =>
            text.Length > 2 && text[0] == '[' && text[^1] == ']' && TopLevel.Close(text) == text.Length - 1
                ? text[1..^1]
                : null;
    }

    /// <summary>]1, 2[ as (1, 2): brackets that are turned away leave the end out.</summary>
    private static MathAnswer.Ordered? OutwardInterval(string text, int depth)
    {
        if (text.Length < 3 || (text[0], text[^1]) is not ((']', ']') or (']', '[') or ('[', '[')))
            return null;
        List<string> ends = TopLevel.Split(text[1..^1], ",", ";");
        return ends.Count == 2
            ? new MathAnswer.Ordered(
                text[0] == ']' ? '(' : '[', [Parse(ends[0], depth + 1), Parse(ends[1], depth + 1)],
                text[^1] == '[' ? ')' : ']')
            { Text = Squeezed(text) }
            : null;
    }

    private static MathAnswer? List(string text, int depth)
    {
        List<string> parts = TopLevel.Split(text, ",", ";");
        if (parts.Count == 1)
            return null;
        parts.RemoveAll(string.IsNullOrWhiteSpace);
        return Items(text, parts, depth, isSet: false);
    }

    private static MathAnswer Items(string text, List<string> parts, int depth, bool isSet)
    {
        List<MathAnswer> items = [];
        foreach (string part in parts)
        {
            // A list in a list is the ± of one of its items: both values stand beside the others.
            MathAnswer item = Parse(part, depth + 1);
            if (item is MathAnswer.Unordered { IsSet: false } both)
                items.AddRange(both.Items);
            else if (!isSet || items.Count > MostDistinct || !items.Exists(i => AnswerComparer.AreEqual(i, item)))
                items.Add(item);
        }

        return items.Count == 1 && !isSet
            ? items[0]
            : new MathAnswer.Unordered(items, isSet) { Text = Squeezed(text) };
    }

    private static MathAnswer? Union(string text, int depth)
    {
        List<string> parts = TopLevel.Split(BareUnion().Replace(text, @"$1\cup $2"), @"\cup");
        return parts.Count == 1
            ? null
            : new MathAnswer.Union([.. parts.Select(p => Parse(p, depth + 1))]) { Text = Squeezed(text) };
    }

    private static MathAnswer? Relation(string text, int depth)
    {
        List<string> membership = TopLevel.Split(text, @"\in");
        if (membership.Count == 2)
            return Parse(membership[1], depth + 1);
        List<string> equal = TopLevel.Split(text, "=", @"\approx", @"\equiv");
        if (equal.Count > 1)
        {
            // What comes last of several is what a calculation comes to: x = 10/2 = 5.
            MathAnswer right = Parse(equal[^1], depth + 1);
            return equal[0].Trim().Length == 0
                ? right
                : new MathAnswer.Relation(RelationKind.Equal, Parse(equal[0], depth + 1), right)
                {
                    Text = Squeezed(text),
                };
        }

        return Inequality(text, depth);
    }

    private static MathAnswer? Inequality(string text, int depth)
    {
        List<string> sides = TopLevel.Split(text, @"\le", @"\ge", @"\lt", @"\gt", @"\ne", "<", ">");
        if (sides.Count is < 2 or > 3)
            return null;
        RelationKind first = KindAfter(text, sides[0].Length, out bool isGreater);
        MathAnswer left = Parse(sides[0], depth + 1), right = Parse(sides[1], depth + 1);
        if (sides.Count == 2)
        {
            return isGreater
                ? new MathAnswer.Relation(first, right, left) { Text = Squeezed(text) }
                : new MathAnswer.Relation(first, left, right) { Text = Squeezed(text) };
        }

        // a < x ≤ b is the interval (a, b].
        int second = text.Length - sides[2].Length;
        int start = text.AsSpan(0, second).LastIndexOfAny('\\', '<', '>');
        RelationKind last = KindAfter(text, start, out bool alsoGreater);
        if (isGreater != alsoGreater || !AnswerComparer.IsName(right))
            return null;
        MathAnswer end = Parse(sides[2], depth + 1);
        char open = first == RelationKind.Less ? '(' : '[', close = last == RelationKind.Less ? ')' : ']';
        return isGreater
            ? new MathAnswer.Ordered(close == ')' ? '(' : '[', [end, left], open == '(' ? ')' : ']')
            {
                Text = Squeezed(text),
            }
            : new MathAnswer.Ordered(open, [left, end], close) { Text = Squeezed(text) };
    }

    private static RelationKind KindAfter(string text, int at, out bool isGreater)
    {
        string sign = text[at..Math.Min(text.Length, at + 3)];
        isGreater = sign[0] == '>' || sign.StartsWith(@"\g", StringComparison.Ordinal);
        return sign switch
        {
            @"\ne" => RelationKind.Unequal,
            @"\le" or @"\ge" => RelationKind.LessOrEqual,
            _ => RelationKind.Less,
        };
    }

    private static MathAnswer? Brackets(string text, int depth)
    {
        if (text.StartsWith(@"\{", StringComparison.Ordinal) && text.EndsWith('}')
            && TopLevel.Close(text) == text.Length - 1)
        {
            int end = text.Length - (text.EndsWith(@"\}", StringComparison.Ordinal) ? 2 : 1);
            List<string> members = TopLevel.Split(text[2..end], ",", ";");
            members.RemoveAll(string.IsNullOrWhiteSpace);
            return Items(text, members, depth, isSet: true);
        }

        if (text[0] is not ('(' or '[') || TopLevel.Close(text) != text.Length - 1)
            return null;
        List<string> parts = TopLevel.Split(text[1..^1], ",", ";");
        if (parts.Count > 1)
        {
            return new MathAnswer.Ordered(text[0], [.. parts.Select(p => Parse(p, depth + 1))], text[^1])
            {
                Text = Squeezed(text),
            };
        }

        return (text[0], text[^1]) is ('(', ')') or ('[', ']') ? Parse(parts[0], depth + 1) : null;
    }

    private static MathAnswer Value(string text)
    {
        try
        {
            // Per cent of the whole: 3/4 %.
            MathNode node = text.EndsWith('%')
                ? new MathNode.Percent(MathParser.Parse(text[..^1]))
                : MathParser.Parse(text);
            return HasPlusMinus(text)
                ? new MathAnswer.Unordered(
                    [
                        new MathAnswer.Value(node, Plus: true) { Text = Squeezed(text) + "+" },
                        new MathAnswer.Value(node, Plus: false) { Text = Squeezed(text) + "-" },
                    ],
                    IsSet: false)
                { Text = Squeezed(text) }
                : new MathAnswer.Value(node) { Text = Squeezed(text) };
        }
        catch (Exception e) when (e is MathSyntaxException or UndefinedValueException)
        {
            return Words(text);
        }
    }

    private static bool HasPlusMinus(string text) =>
        text.Contains(@"\pm", StringComparison.Ordinal) || text.Contains(@"\mp", StringComparison.Ordinal);

    private static MathAnswer.Words Words(string text) =>
        new(AnswerWords.Normal(text)) { Text = Squeezed(text) };

    private static string Squeezed(string text) => text.Replace(" ", "");

    [GeneratedRegex(
        @"^(?:\\text\{)?(?<sign>-?)(?<digits>[0-9A-F]*\.?[0-9A-F]+)\}?_\{?(?:\\text\{)?"
        + @"(?<base>[0-9]{1,2}|two|three|four|five|six|seven|eight|nine|ten)\}*$")]
    private static partial Regex Numeral();

    [GeneratedRegex(@"(?<![\d.,])[1-9]\d{0,2}(?:(?:,\d{3})+|(?: \d{3})+)(?!\d|,\d)")]
    private static partial Regex Thousands();

    [GeneratedRegex(
        @"^\\begin\{(?<kind>[pbBvV]?matrix|smallmatrix|array)\}(?:\{[clr|]*\})?(?<rows>.*)\\end\{\k<kind>\}$",
        RegexOptions.Singleline)]
    private static partial Regex MatrixText();

    [GeneratedRegex(@"([)\]])\s*U\s*([(\[])")]
    private static partial Regex BareUnion();
}
