using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>The data of a run on a page of its own, before anything is trained.</summary>
public static class DataPage
{
    /// <summary>Writes, or replaces, a page.</summary>
    /// <exception cref="FileWriteException">The file cannot be written.</exception>
    public static void Write(string path, DataView data) => DurableFiles.WriteText(path, Render(data));

    /// <summary>The whole page.</summary>
    public static string Render(DataView data)
    {
        var html = new HtmlPage();
        PageFrame.Open(html, data.Title);
        html.Add($"""<header><h1>{data.Title}</h1><p class="headline">What will be trained on</p>""");
        if (data.Warnings.Count > 0)
        {
            html.Add($"""<ul class="faults" aria-label="Warnings">""");
            foreach (string warning in data.Warnings)
                html.Add($"<li>{warning}</li>");
            html.Add($"</ul>");
        }

        Facts(html, data.Facts);
        html.Add($"</header>");
        foreach (CorpusView corpus in data.Corpora)
            Corpus(html, corpus);
        PageFrame.Close(
            html, "Made by MolEngine with the code that reads, tokenizes and packs for training. Copies are "
                + "texts that are equal in every character.");
        return html.ToString();
    }

    private static void Corpus(HtmlPage html, CorpusView corpus)
    {
        html.Add($"""<section><h2><bdi>{corpus.Name}</bdi><span class="kind">{corpus.Kind}</span></h2>""");
        Facts(html, corpus.Facts);
        if (corpus.Lengths.Count > 0)
            Lengths(html, corpus);
        if (corpus.First.Count > 0)
            First(html, corpus);
        html.Add($"</section>");
    }

    private static void Facts(HtmlPage html, IReadOnlyList<Fact> facts)
    {
        html.Add($"""<dl class="told">""");
        foreach (IGrouping<string, Fact> fact in facts.GroupBy(f => f.Name))
        {
            html.Add($"<div><dt>{fact.Key}</dt>");
            foreach (Fact line in fact)
                html.Add($"<dd>{line.Text}</dd>");
            html.Add($"</div>");
        }

        html.Add($"</dl>");
    }

    /// <summary>A table whose bars repeat its numbers, for the eye alone.</summary>
    private static void Lengths(HtmlPage html, CorpusView corpus)
    {
        double most = corpus.Lengths.Max(l => l.Documents);
        html.Add(
            $"""
            <h3>Documents by length</h3>
            <table class="lengths"><thead><tr><th scope="col" class="n">Tokens</th><th scope="col"
            aria-hidden="true"></th><th scope="col" class="n">Documents</th></tr></thead><tbody>
            """);
        foreach (LengthBar bar in corpus.Lengths)
        {
            Markup rectangle = Markup.Of($"""<rect width="{100 * bar.Documents / most}" height="10" />""");
            html.Add(
                $"""
                <tr><th scope="row" class="n">{bar.Range}</th><td aria-hidden="true"><svg class="bar"
                viewBox="0 0 100 10" preserveAspectRatio="none">{rectangle}</svg></td>
                <td class="n">{Counts.Of(bar.Documents)}</td></tr>
                """);
        }

        html.Add($"</tbody></table>");
    }

    /// <summary>What is not trained on stands in quotes, and dimmed: the quotes say it without colour.</summary>
    private static void First(HtmlPage html, CorpusView corpus)
    {
        html.Add(
            $"""
            <h3>The first document</h3>
            <p class="note">What the loss does not see stands in ‹ ›; ↵ is a line break.</p>
            """);
        string runs = string.Concat(corpus.First.Select(Run));
        string left = corpus.FirstLeft == 0 ? "" : $" ... {Counts.Of(corpus.FirstLeft, "token")} more";
        html.Add($"""<pre dir="auto" tabindex="0">{new Markup(runs)}{left}</pre>""");

        static string Run(TextRun run) => Markup.Of(run.IsTrained
            ? $"<span>{run.Text}</span>"
            : (HtmlText)$"""<span class="unseen">‹{run.Text}›</span>""").Text;
    }
}
