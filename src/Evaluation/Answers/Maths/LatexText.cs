using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// What does not count in a LaTeX answer, taken away: dollar signs and boxes around it, spacing, \left and \right,
/// fonts, currency, marks between thousands; and one spelling for what has several (\dfrac, \leq, ×, °, full-width
/// signs). Texts (<c>\text{...}</c>, \mbox, \mathrm and the like) stay, all as <c>\text</c>.
/// </summary>
internal static partial class LatexText
{
    /// <summary>The real numbers.</summary>
    private const string Line = @"(-\infty,\infty)";

    private static readonly (string From, string To)[] Signs =
    [
        ("−", "-"), ("–", "-"), ("×", @"\times "), ("·", @"\cdot "), ("⋅", @"\cdot "), ("÷", "/"), ("π", @"\pi "),
        ("∞", @"\infty "), ("∪", @"\cup "), ("∈", @"\in "), ("√", @"\sqrt "), ("≤", @"\le "), ("≥", @"\ge "),
        ("≠", @"\ne "), ("±", @"\pm "), ("²", "^2"), ("³", "^3"), ("½", @"\frac{1}{2}"), ("％", "%"), ("（", "("),
        ("）", ")"), ("，", ","), ("：", ":"), ("。", ""), ("θ", @"\theta "), ("∅", @"\emptyset "), ("\u00a0", " "),
        ("\n", " "), ("\r", " "), ("\t", " "), (@"\varnothing", @"\emptyset"), (@"\lbrace", @"\{"), (@"\rbrace", @"\}"),
        ("<=", @"\le "), (">=", @"\ge "), ("!=", @"\ne "), (@"\infinity", @"\infty"), (@"\bigcup", @"\cup"),
        (@"\langle", "("), (@"\rangle", ")"), (@"\lparen", "("), (@"\rparen", ")"), (@"\lbrack", "["),
        (@"\rbrack", "]"), (@"\vert", "|"), (@"\mid", "|"), (@"\colon", ":"), (@"\emptyset", @"\{\}"),
        (@"\text{:}", ":"), ("ℝ", Line), (@"\mathbb{R}", Line), (@"\mathbb R", Line), (@"\Reals", Line),
    ];

    public static string Cleaned(string text)
    {
        foreach ((string from, string to) in Signs)
            text = text.Replace(from, to);
        text = BoxedText.All(text) is [{ Start: 0 } box] && box.End >= text.TrimEnd(' ', '.', '$').Length
            ? box.Content
            : text;
        text = Thousands().Replace(text, "");
        text = Scientific().Replace(text, @"($1\cdot 10^{$2})");
        text = RowGap().Replace(text, @"\\");
        text = Spacing().Replace(text, " ");
        text = Sizes().Replace(text, "");
        text = Fractions().Replace(text, @"\frac");
        text = Comparisons().Replace(text, @"\$1e ");
        text = Fonts().Replace(text, "");
        text = Texts().Replace(text, @"\text{");
        text = Currency().Replace(text, "");
        text = Degrees().Replace(text, "°");
        text = Percent().Replace(text, "%");
        return ProgramMatrix().Replace(Ends(text), "$1");
    }

    /// <summary>Without blanks and marks of sentences around it, and without the delimiters of mathematics.</summary>
    private static string Ends(string text)
    {
        while (true)
        {
            string inner = text.Trim(' ', '*', '`').TrimEnd('.', ',', ';', ':', ' ');
            inner = Wrapped(inner, @"\(", @"\)") ?? Wrapped(inner, @"\[", @"\]") ?? inner;
            if (inner.EndsWith('\\'))
                inner = inner[..^1];
            if (inner.StartsWith('{') && Braces.Close(inner, 0) == inner.Length - 1)
                inner = inner[1..^1];
            if (inner == text)
                return text;
            text = inner;
        }
    }

    private static string? Wrapped(string text, string open, string close) =>
        text.StartsWith(open, StringComparison.Ordinal) && text.EndsWith(close, StringComparison.Ordinal)
        && text.Length >= open.Length + close.Length
            ? text[open.Length..^close.Length]
            : null;

    // 10,\!080 and 10{,}080 and 10\,080: LaTeX's ways to write a thousand.
    /// <summary>1.5e-3, 2E-3, 2e3 and 1e-05; 2e-3 is more likely a calculation with Euler's number.</summary>
    [GeneratedRegex(
        @"(?<![\w.\\])(?=\d+(?:\.\d*[eE]|E|e\d|e[+-]\d\d))(\d+(?:\.\d*)?)[eE]\+?(-?\d{1,3})(?![\w.^])")]
    private static partial Regex Scientific();

    [GeneratedRegex(@"(?<=\d)(?:,\s*\\!\s*|\\!\s*,\s*|\{,\}|\\,)(?=\d{3}(?!\d))")]
    private static partial Regex Thousands();

    // \\[6pt]: the distance of two rows of a matrix.
    [GeneratedRegex(@"\\\\\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in)\s*\]")]
    private static partial Regex RowGap();

    [GeneratedRegex(
        @"(?<!\\)\\[!,;:> ]|~"
        + @"|\\(?:quad|qquad|thinspace|enspace|hfill|displaystyle|textstyle|limits|nonumber)(?![a-zA-Z])")]
    private static partial Regex Spacing();

    [GeneratedRegex(@"\\(?:left|right|middle|[bB]igg?[lrm]?)(?![a-zA-Z])\.?|\\phantom\{[^{}]*\}")]
    private static partial Regex Sizes();

    [GeneratedRegex(@"\\[dtc]frac(?![a-zA-Z])")]
    private static partial Regex Fractions();

    [GeneratedRegex(@"\\([lgn])(?:e|eq|eqslant)(?![a-zA-Z])")]
    private static partial Regex Comparisons();

    [GeneratedRegex(@"\\(?:mathbf|mathbb|mathcal|mathit|mathsf|boldsymbol|bm|bf|rm|it|vec|hat)(?![a-zA-Z])")]
    private static partial Regex Fonts();

    [GeneratedRegex(@"\\(?:text(?:normal|bf|rm|it|sf|tt)?|mbox|hbox|mathrm|operatorname)\s*\{")]
    private static partial Regex Texts();

    [GeneratedRegex(@"\\?\$|[€£¥]")]
    private static partial Regex Currency();

    [GeneratedRegex(
        @"\^?\s*(?:\{\s*\\circ\s*\}|\\circ(?![a-zA-Z])|\{\s*\\degree\s*\}|\\degree(?![a-zA-Z])|°)")]
    private static partial Regex Degrees();

    [GeneratedRegex(@"^(?:sp\.|np\.)?(?:Matrix|array)\s*\((.*)\)$", RegexOptions.Singleline)]
    private static partial Regex ProgramMatrix();

    [GeneratedRegex(@"\\%|\s+(?:percent|per cent|pct)\b|\s*\\text\{\s*(?:percent|per cent|\\?%)\s*\}")]
    private static partial Regex Percent();
}
