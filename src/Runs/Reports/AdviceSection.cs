using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>What the run said of itself while it went on.</summary>
internal static class AdviceSection
{
    /// <summary>A run that said nothing has no such section.</summary>
    public static void Add(HtmlPage html, RunRecord run)
    {
        if (run.Advice.Count == 0)
            return;
        html.Add($"""<section id="advice"><h2>Advice</h2><dl class="told">""");
        foreach (Advice a in run.Advice)
        {
            string when = a.Step == 0 ? "before the first step" : $"after step {Counts.Of(a.Step)}";
            html.Add($"""<div><dt>{when}</dt><dd dir="auto">{Sentence(a)}</dd></div>""");
        }

        html.Add($"</dl></section>");
    }

    /// <summary>A name that it begins with stays as it is.</summary>
    private static string Sentence(Advice a) =>
        a.Text.Length == 0 || a.Text.StartsWith(Names.Shortened(a.Corpus), StringComparison.Ordinal)
            ? $"{a.Text}."
            : $"{char.ToUpperInvariant(a.Text[0])}{a.Text[1..]}.";
}
