using MolEngine.Basics.Text;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;

namespace MolEngine.Runs.SideBySide;

/// <summary>What became of each run, in one table: a row a run.</summary>
internal static class OutcomesSection
{
    public static void Add(HtmlPage html, IReadOnlyList<RunRecord> runs)
    {
        (RunRecord Run, IReadOnlyList<Outcome> Outcomes)[] all = [.. runs.Select(r => (r, Outcome.Of(r)))];
        CorpusFacts[] corpora =
        [
            .. all.SelectMany(r => r.Outcomes).Select(o => o.Corpus).DistinctBy(c => c.Name)
                .OrderBy(c => c.Kind, StringComparer.Ordinal),
        ];
        bool asked = runs.Any(r => r.Questions?.Before is not null);
        html.Add(
            $"""
            <section id="outcomes"><h2>What became of them</h2><p class="soft">Of held-out text: cross-entropy at the
            first and the last validation, and KL to the base at the last.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="What became of them"><table
            class="stacked"><thead><tr><th scope="col">Run</th>
            """);
        foreach (CorpusFacts corpus in corpora)
            html.Add($"""<th class="n" scope="col"><bdi>{corpus.Name}</bdi> ({corpus.Kind})</th>""");
        html.Add(asked
            ? new Markup("""<th class="n" scope="col">questions answered</th></tr></thead><tbody>""")
            : new Markup("</tr></thead><tbody>"));
        foreach ((RunRecord run, IReadOnlyList<Outcome> outcomes) in all)
        {
            string state = run.Of("finished") is null ? "not finished" : Length(run);
            html.Add($"""<tr><th scope="row"><bdi>{run.Name}</bdi><span class="kind">{state}</span></th>""");
            foreach (CorpusFacts corpus in corpora)
                html.Add(Cell(corpus, outcomes.FirstOrDefault(o => o.Corpus.Name == corpus.Name)));
            if (asked)
                html.Add($"""<td class="n" data-of="questions">{Questions(run)}</td>""");
            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div></section>");
    }

    private static string Length(RunRecord run) =>
        run.Metrics?.Range is { } range ? Counts.Of(range.Last, "step") : "no step";

    private static Markup Cell(CorpusFacts corpus, Outcome? outcome)
    {
        string ce = outcome?.Ce is not { } c ? "\u2013"
            : c.IsOne ? Numbers.Value(c.Last.Y)
            : $"{Numbers.Value(c.First.Y)} \u2192 {Numbers.Value(c.Last.Y)}";
        string kl = outcome?.Kl is { } k ? $"KL {Numbers.Kl(k.Last.Y)}" : "";
        return Markup.Of(
            $"""<td class="n" data-of="{corpus.Name}">{ce}<span class="kind">{kl}</span></td>""");
    }

    private static string Questions(RunRecord run) => run.Questions switch
    {
        { Before: { } before, After: { } after } => $"{before.Answered} \u2192 {after.Answered} of {after.Asked}",
        { Before: { } before } => $"{before.Answered} of {before.Asked} before",
        _ => "\u2013",
    };
}
