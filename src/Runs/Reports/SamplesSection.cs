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

        for (int i = 0; i < samples.Count; i++)
        {
            html.Add(
                $"""
                <article class="sample">
                <h3>Prompt {i + 1}</h3>
                <div class="said prompt" dir="auto">{samples[i].Prompt}</div>
                <div class="answers">
                <div><h3>Before</h3>{Answer(samples[i].Before)}</div>
                <div><h3>After</h3>{Answer(samples[i].After)}</div>
                </div>
                </article>
                """);
        }

        html.Add($"</section>");
    }

    private static Markup Answer(string? text) => text switch
    {
        null => new Markup("""<p class="missing">not generated</p>"""),
        { } blank when string.IsNullOrWhiteSpace(blank) =>
            new Markup("""<p class="missing">nothing (the answer is empty)</p>"""),
        _ => Markup.Of($"""<div class="said" dir="auto">{text}</div>"""),
    };
}
