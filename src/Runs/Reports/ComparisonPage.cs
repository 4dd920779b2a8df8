using MolEngine.Basics.Files;
using MolEngine.Basics.Numerics;
using MolEngine.Basics.Text;
using MolEngine.Runs.Comparisons;

namespace MolEngine.Runs.Reports;

/// <summary>A comparison on one page that needs nothing but itself: no network, no script.</summary>
public static class ComparisonPage
{
    /// <summary>Letters of a prompt or an answer that are shown; JSON has them all.</summary>
    private const int MostLetters = 300;

    /// <summary>Writes, or replaces, a page.</summary>
    /// <exception cref="FileWriteException">The file cannot be written.</exception>
    public static void Write(string path, Comparison comparison) => DurableFiles.WriteText(path, Render(comparison));

    /// <summary>The whole page.</summary>
    public static string Render(Comparison comparison)
    {
        var verdict = ComparisonVerdict.Of(comparison);
        var html = new HtmlPage();
        PageFrame.Open(html, "Did it forget?");
        html.Add(
            $"""
            <header><h1>Did it forget? Models beside <bdi>{comparison.Base}</bdi></h1>
            <p class="headline">{verdict.Headline}</p>
            """);
        foreach (string sentence in verdict.Sentences)
            html.Add($"<p>{sentence}</p>");
        html.Add($"</header>");
        Measures(html, comparison);
        Pictures(html, comparison);
        ComparisonDetails.Add(html, comparison);
        Changed(html, comparison);
        html.Add($"""<section id="how"><h2>How it was measured</h2><ul class="soft">""");
        foreach (string note in Notes(comparison))
            html.Add($"<li>{note}</li>");
        html.Add($"""</ul><p class="rule">{Measure.Rule}</p></section>""");
        PageFrame.Close(
            html, "Made by MolEngine. Logarithms are natural: cross-entropy (CE) and KL divergence are in nats per\n"
                + "token.");
        return html.ToString();
    }

    private static IEnumerable<string> Notes(Comparison comparison)
    {
        yield return $"Intervals are of 95 %, by a paired bootstrap over documents or items "
            + $"({Counts.Of(comparison.Resamples)} draws, seed {comparison.Seed}); p is that of an exact two-sided "
            + "sign test over the same pairs, which of right and wrong answers is McNemar's.";
        foreach (ComparedModel model in comparison.Models)
            yield return $"{model.Name}: {model.Place}";
        foreach (string note in comparison.Notes)
            yield return note;
    }

    /// <summary>Every measure of every model in one table: a row a measure, a column a model.</summary>
    private static void Measures(HtmlPage html, Comparison comparison)
    {
        html.Add(
            $"""
            <section id="measures"><h2>Before and after</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Before and after"><table
            class="stacked"><thead><tr><th scope="col">Measured on</th><th class="n" scope="col">base</th>
            """);
        foreach (ComparedModel model in comparison.Models)
            html.Add($"""<th class="n" scope="col"><bdi>{model.Name}</bdi></th>""");
        html.Add($"</tr></thead><tbody>");
        foreach (Measure first in comparison.Models[0].Measures)
        {
            (ComparedModel Model, Measure Measure, double Before, double After)[] all =
            [
                .. comparison.Models.SelectMany(All).Where(m =>
                    m.Measure.Name == first.Name && m.Measure.In == first.In),
            ];
            string kind = $"{(first.IsDomain ? "domain" : "general")}, {first.In}, {Counts.Of(first.N, first.Unit)}";
            html.Add(
                $"""
                <tr><th scope="row"><bdi>{first.Name}</bdi><span class="kind">{kind}</span></th>
                <td class="n" data-of="base">{Numbers.Value(all[0].Before)}</td>
                """);
            foreach ((ComparedModel model, Measure measure, _, double after) in all)
                html.Add(Cell(model, measure, after));
            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div></section>");
    }

    private static IEnumerable<(ComparedModel Model, Measure Measure, double Before, double After)> All(
        ComparedModel model) => model.Texts.SelectMany(t => t.Measures.Select(m => m.IsDistance
            ? (model, m, 0, m.Loss.Value)
            : (model, m, t.CeBefore, t.CeAfter)))
            .Concat(model.Tasks.Select(t => (model, t.Measure, t.Before, t.After)));

    private static Markup Cell(ComparedModel model, Measure measure, double after)
    {
        Interval change = measure.In == TextChange.Nats || measure.IsDistance ? measure.Loss : -measure.Loss;
        string test = measure.P is { } p ? $", {Measure.Probability(p)}" : "";
        string reached = measure.IsDistance ? "" : $" to {Numbers.Value(after)}";
        string interval = $"{Numbers.Signed(change.Low)} to {Numbers.Signed(change.High)}";
        string hidden = measure.HidesLosses ? ", but see the answers lost" : "";
        return Markup.Of(
            $"""
            <td class="n" data-of="{model.Name}"><b>{Numbers.Signed(change.Value)}</b>{reached}<span
            class="kind">{interval}{test}</span><span
            class="kind {Tone(measure)}">{measure.Word}{hidden}</span></td>
            """);
    }

    private static string Tone(Measure measure) => measure.Finding switch
    {
        Finding.Better => "better",
        _ when measure.HidesLosses => "worse",
        Finding.ALittleWorse or Finding.Worse => "worse",
        _ => "soft",
    };

    private static void Pictures(HtmlPage html, Comparison comparison)
    {
        GainAndDrop[] pictures = [.. GainAndDrop.Of(comparison)];
        html.Add($"""<section id="pictures"><h2>Gain and drop</h2>""");
        if (pictures.Length == 0)
        {
            html.AddMissing(
                "A picture takes something that was to be learned and something that was to stay, of texts or of "
                    + "tasks: name the first with --domain.");
        }
        else
        {
            html.Add($"""<div class="charts">""");
            foreach (GainAndDrop picture in pictures)
                html.Add(picture.Draw());
            html.Add($"</div>");
        }

        html.Add($"</section>");
    }

    private static void Changed(HtmlPage html, Comparison comparison)
    {
        foreach (ComparedModel model in comparison.Models)
        {
            if (model.ChangedMost.Count == 0)
                continue;
            html.Add(
                $"""
                <section><h2>What changed most: <bdi>{model.Name}</bdi></h2>
                <p class="soft">The answers whose right one gained or lost the most: in probability among the choices,
                or from right to wrong and back.</p>
                <div class="scroll" tabindex="0" role="region" aria-label="What changed most">
                <table class="asked stacked"><thead><tr><th scope="col">Question</th><th scope="col">Right is</th>
                <th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>
                """);
            foreach ((TaskChange task, ItemChange item) in model.ChangedMost)
                html.Add(Row(task, item));
            html.Add($"</tbody></table></div></section>");
        }
    }

    private static Markup Row(TaskChange task, ItemChange item)
    {
        string place = item.Subset.Length > 0 ? $"{task.Name}, {item.Subset} {item.Item + 1}"
            : $"{task.Name} {item.Item + 1}";
        Markup before = Answer("before", item.SaidBefore, item.ScoreBefore, item.RightBefore, task.IsRightOrWrong);
        Markup after = Answer("after", item.SaidAfter, item.ScoreAfter, item.RightAfter, task.IsRightOrWrong);
        return Markup.Of(
            $"""
            <tr><th scope="row" dir="auto">{End(item.Prompt)}<span class="kind">{place}</span></th>
            <td dir="auto" data-of="right is">{Beginning(item.Expected)}</td>{before}{after}</tr>
            """);
    }

    private static Markup Answer(string when, string said, double score, double? right, bool isRightOrWrong)
    {
        string tone = !isRightOrWrong ? "soft" : score > 0 ? "better" : "worse";
        string verdict = !isRightOrWrong ? Numbers.Value(score) : score > 0 ? "right" : "wrong";
        string share = right is { } p ? $"; the right one has {Numbers.Percent(p)}" : "";
        return Markup.Of(
            $"""
            <td data-of="{when}"><span dir="auto">{Beginning(said)}</span><span
            class="kind {tone}">{verdict}{share}</span></td>
            """);
    }

    private static string Beginning(string text) =>
        text.Length <= MostLetters ? text : $"{text[..MostLetters]}\u2026";

    /// <summary>Of a prompt the end: examples stand before it.</summary>
    private static string End(string text) => text.Length <= MostLetters ? text : $"\u2026{text[^MostLetters..]}";
}
