using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>What the model wrote before and after, side by side.</summary>
internal static class SamplesSection
{
    public static void Add(HtmlPage html, RunRecord run)
    {
        html.Add($"""<section id="samples"><h2>Samples</h2>""");
        if (run.Samples is not { Count: > 0 } samples)
        {
            string why = run.Samples is null ? "No samples.json" : "samples.json is empty";
            html.AddMissing($"{why}: nothing was generated, or it was not kept.");
            html.Add($"</section>");
            return;
        }

        html.Add(
            $"""
            <p class="soft">Held-out documents, gone on with greedily: a dialogue from its last answer on, other text
            from its beginning.</p>
            """);
        for (int i = 0; i < samples.Count; i++)
        {
            TextSample s = samples[i];
            Markup document = s.Document is null ? default : Markup.Of(
                $"""<div><h3>The document itself</h3>{Answer(s.Document, s.DocumentIsCut)}</div>""");
            html.Add(
                $"""
                <article class="sample">
                <h3>Given</h3>
                <div class="said prompt" dir="auto">{s.Prompt}</div>
                <div class="answers">
                <div><h3>Before</h3>{Answer(s.Before, s.BeforeIsCut)}</div>
                <div><h3>After</h3>{Answer(s.After, s.AfterIsCut)}</div>
                {document}
                </div>
                </article>
                """);
        }

        html.Add($"</section>");
    }

    /// <param name="isCut">The text goes on: it is shown to its last whole word.</param>
    private static Markup Answer(string? text, bool isCut)
    {
        if (text is null)
            return new Markup("""<p class="missing">not generated</p>""");
        if (string.IsNullOrWhiteSpace(text))
            return new Markup("""<p class="missing">nothing (the answer is empty)</p>""");
        int end = isCut ? text.LastIndexOfAny([' ', '\n', '\t']) : -1;
        string shown = end > text.Length / 2 ? text[..end] : text;
        Markup more = isCut ? new Markup("""<span class="soft"> … (cut here)</span>""") : default;
        return Markup.Of($"""<div class="said" dir="auto">{shown}{more}</div>""");
    }
}
