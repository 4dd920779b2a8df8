using MolEngine.Basics.Text;
using MolEngine.Runs.Comparisons;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>The table of every corpus at the first and the last validation.</summary>
internal static class OutcomeSection
{
    public static void Add(HtmlPage html, RunRecord run)
    {
        html.Add($"""<section id="outcome"><h2>Before and after</h2>""");
        IReadOnlyList<Outcome> outcomes = Outcome.Of(run);
        if (outcomes.Count == 0)
        {
            html.AddMissing(
                "No validation was logged (validate.every, validate.documents), so there is nothing to compare.");
            html.Add($"</section>");
            return;
        }

        Change[] all = [.. outcomes.SelectMany(o => new[] { o.Ce, o.Kl }).OfType<Change>()];
        double first = all.Min(c => c.First.X);
        double last = all.Max(c => c.Last.X);
        bool kl = outcomes.Any(o => o.Kl is not null);
        html.Add(
            $"""
            <p class="soft">On documents held out from training, in nats per token. Lower is better; KL is the distance
            from the base model, over the whole vocabulary.</p>
            """);
        html.Add(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="Before and after"><table
            class="stacked"><thead>
            """);
        AddHead(html, kl, Step(first), Step(last));
        foreach (Outcome o in outcomes)
        {
            Markup kind = o.Corpus.Kind is null ? default : Markup.Of($"""<span class="kind">{o.Corpus.Kind}</span>""");
            Markup name = Markup.Of($"""<th scope="row"><bdi>{o.Corpus.Name}</bdi>{kind}</th>""");
            Markup ce = Cells("CE", o.Ce, first, last, Numbers.Value);
            Markup klCells = kl ? Cells("KL", o.Kl, first, last, Numbers.Kl) : default;
            html.Add($"<tr>{name}{ce}{ChangeCell(o.Ce)}{klCells}</tr>");
        }

        html.Add($"</tbody></table></div>");
        html.Add($"""<p class="rule">{Measure.Rule}</p></section>""");
    }

    private static void AddHead(HtmlPage html, bool kl, string first, string last)
    {
        Markup group = kl
            ? new Markup("""<th class="group" colspan="2" scope="colgroup">KL to the base model</th>""")
            : default;
        Markup steps = Markup.Of($"""<th class="n" scope="col">{first}</th><th class="n" scope="col">{last}</th>""");
        html.Add(
            $"""
            <tr><th></th><th class="group" colspan="3" scope="colgroup">Cross-entropy</th>{group}</tr>
            <tr><th scope="col">Corpus</th>{steps}<th class="n" scope="col">change</th>{(kl ? steps : default)}</tr>
            </thead><tbody>
            """);
    }

    private static Markup Cells(string what, Change? c, double first, double last, Func<double, string> format)
    {
        string before = c is null || (c.IsOne && c.First.X != first) ? "–" : format(c.First.Y) + At(c.First.X, first);
        bool noLater = c is null || (c.IsOne && before != "–" && first != last);
        string after = noLater ? "–" : format(c!.Last.Y) + At(c.Last.X, last);
        return Markup.Of(
            $"""
            <td class="n" data-of="{what}, {Step(first)}">{before}</td><td class="n"
            data-of="{what}, {Step(last)}">{after}</td>
            """);
    }

    private static Markup ChangeCell(Change? c)
    {
        if (c is null || c.IsOne)
            return new Markup("""<td class="n" data-of="change">–</td>""");
        string mark = c.Share <= -Measure.Little ? " better" : c.Share >= Measure.Little ? " worse" : "";
        Markup share = Markup.Of($"""<span class="share">{Numbers.SignedPercent(c.Share)}</span>""");
        return Markup.Of($"""<td class="n{mark}" data-of="change">{Numbers.Signed(c.Difference)} {share}</td>""");
    }

    /// <summary>Says the step where it is not the column's.</summary>
    private static string At(double step, double column) => step == column ? "" : $" at {Step(step)}";

    private static string Step(double step) => $"step {Counts.Of((long)step)}";
}
