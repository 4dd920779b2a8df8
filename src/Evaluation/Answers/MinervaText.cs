using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// The normal form of a final answer by the rules of appendix D of Lewkowycz et al. (2022), in their order: what stands
/// after the last <c>=</c>, without articles, units and LaTeX's spacing, without <c>\text</c>, boxes and dollar signs,
/// short fractions and roots written out, 100,000 as 100000.
/// </summary>
internal static partial class MinervaText
{
    private static readonly (string From, string To)[] Substitutions =
    [
        ("an ", ""), ("a ", ""), (".$", "$"), (@"\$", ""), (@"\ ", ""), (" ", ""), ("mbox", "text"),
        (@",\text{and}", ","), (@"\text{and}", ","), (@"\text{m}", @"\text{}"),
    ];

    private static readonly string[] Removed =
    [
        "square", "ways", "integers", "dollars", "mph", "inches", "ft", "hours", "km", "units", @"\ldots", "sue",
        "points", "feet", "minutes", "digits", "cents", "degrees", "cm", "gm", "pounds", "meters", "meals", "edges",
        "students", "childrentickets", "multiples", @"\text{s}", @"\text{.}", "\\text{\ns}", @"\text{}^2", @"\text{}^3",
        "\\text{\n}", @"\text{}", @"\mathrm{th}", @"^\circ", @"^{\circ}", @"\;", @",\!", "{,}", "\"", @"\dots",
    ];

    public static string Normalized(string answer)
    {
        string text = answer[(answer.LastIndexOf('=') + 1)..];
        foreach ((string from, string to) in Substitutions)
            text = text.Replace(from, to);
        foreach (string removed in Removed)
            text = text.Replace(removed, "");
        text = Dollars().Replace(text, "$$$3$$");
        text = Text().Replace(text, "$2");
        text = Bold().Replace(text, "$2");
        text = Overline().Replace(text, "$2");
        text = Boxed().Replace(text, "$2");
        text = Fraction().Replace(text, "frac{$2}{$3}");
        text = Root().Replace(text, "sqrt{$2}").Replace("$", "");
        string joined = text.Replace(",", "");
        return joined.Length > 0 && joined.All(char.IsDigit) ? joined : text;
    }

    [GeneratedRegex(@"(.*?)(\$)(.*?)(\$)(.*)")]
    private static partial Regex Dollars();

    [GeneratedRegex(@"(\\text\{)(.*?)(\})")]
    private static partial Regex Text();

    [GeneratedRegex(@"(\\textbf\{)(.*?)(\})")]
    private static partial Regex Bold();

    [GeneratedRegex(@"(\\overline\{)(.*?)(\})")]
    private static partial Regex Overline();

    [GeneratedRegex(@"(\\boxed\{)(.*)(\})")]
    private static partial Regex Boxed();

    [GeneratedRegex(@"(frac)([^{])(.)")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"(sqrt)([^{])")]
    private static partial Regex Root();
}
