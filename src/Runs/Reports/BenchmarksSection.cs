using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>The benchmarks: what each task scored before and after, and how it was asked.</summary>
internal static class BenchmarksSection
{
    /// <summary>A run without benchmarks has no such section.</summary>
    public static void Add(HtmlPage html, RunRecord run)
    {
        if (run.Benchmarks is not { Scores.Count: > 0 } benchmarks)
            return;
        html.Add(
            $"""
            <section id="benchmarks"><h2>Benchmarks</h2>
            <p class="soft">Headline scores with their 95 % intervals; higher is better, but for perplexities. The same
            items were asked in every round, so that a change may be surer than two intervals that overlap say:
            molengine compare pairs the items.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Benchmarks"><table
            class="stacked"><thead>
            <tr><th scope="col">Task</th><th class="n" scope="col">before</th><th class="n" scope="col">after</th><th
            class="n" scope="col">change</th></tr></thead><tbody>
            """);
        foreach (BenchmarkScore[] rounds in benchmarks.Tasks)
            html.Add(Row(rounds));
        html.Add($"</tbody></table></div></section>");
    }

    private static Markup Row(BenchmarkScore[] rounds)
    {
        BenchmarkScore first = rounds[0], last = rounds[^1];
        string kind = $"{first.Score}, {Counts.Of(first.Items, "item")}; {first.How}";
        Markup change = rounds.Length == 1
            ? new Markup("""<td class="n" data-of="change">–</td>""")
            : Markup.Of($"""<td class="n" data-of="change">{Numbers.Signed(last.Value - first.Value)}</td>""");
        Markup after = rounds.Length == 1
            ? new Markup("""<td class="missing" data-of="after">not yet</td>""")
            : Cell("after", last);
        return Markup.Of(
            $"""
            <tr><th scope="row"><bdi>{first.Task}</bdi><span class="kind">{kind}</span></th>
            {Cell("before", first)}{after}
            {change}</tr>
            """);
    }

    private static Markup Cell(string when, BenchmarkScore score)
    {
        string interval = $"{Numbers.Value(score.Low)} to {Numbers.Value(score.High)}";
        return Markup.Of(
            $"""
            <td class="n" data-of="{when}">{Numbers.Value(score.Value)}<span class="kind">{interval}</span><span
            class="kind">step {Counts.Of(score.Step)}</span></td>
            """);
    }
}
