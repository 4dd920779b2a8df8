using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// The normal form of a LaTeX answer as a text, by the rules that came with Hendrycks's MATH and that
/// lm-evaluation-harness uses for AIME: spaces, \left and \right, degrees, dollars, per cent and units at the end
/// removed; \frac12 and a/b as \frac{a}{b}, \sqrt3 as \sqrt{3}, 0.5 as \frac{1}{2}, and of <c>x = 5</c> the 5.
/// </summary>
internal static partial class HendrycksText
{
    private static readonly (string From, string To)[] Replacements =
    [
        ("\n", ""), (@"\!", ""), (@"\\", @"\"), ("tfrac", "frac"), ("dfrac", "frac"), (@"\left", ""), (@"\right", ""),
        (@"^{\circ}", ""), (@"^\circ", ""), (@"\$", ""),
    ];

    public static string Normalized(string text)
    {
        foreach ((string from, string to) in Replacements)
            text = text.Replace(from, to);
        int unit = text.IndexOf(@"\text{ ", StringComparison.Ordinal);
        if (unit >= 0)
            text = text[..unit];
        text = text.Replace(@"\%", "").Replace(" .", " 0.").Replace("{.", "{0.");
        if (text.StartsWith('.'))
            text = "0" + text;
        string[] sides = text.Split('=');
        if (sides.Length == 2 && sides[0].Length <= 2)
            text = sides[1];
        text = ShortRoot().Replace(text, @"\sqrt{$1}").Replace(" ", "");
        text = ShortFraction().Replace(text, Fraction);
        if (text == "0.5")
            return @"\frac{1}{2}";
        return Slash().Replace(text, @"\frac{$1}{$2}");
    }

    private static string Fraction(Match match)
    {
        string top = match.Groups[1].Value, bottom = match.Groups[2].Value;
        return bottom == "{" ? $@"\frac{{{top}}}{{" : $@"\frac{{{top}}}{{{bottom}}}";
    }

    [GeneratedRegex(@"\\sqrt([^{])")]
    private static partial Regex ShortRoot();

    [GeneratedRegex(@"\\frac([^{])(.)")]
    private static partial Regex ShortFraction();

    [GeneratedRegex(@"^(-?[0-9]+)/(-?[0-9]+)$")]
    private static partial Regex Slash();
}
