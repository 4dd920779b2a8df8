using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Runs.Comparisons;
using MolEngine.Runs.Reports;

namespace MolEngine.Runs.Experiments;

/// <summary>An experiment on one page that needs nothing but itself: no network, no script.</summary>
public static class ExperimentPage
{
    /// <summary>Writes, or replaces, a page.</summary>
    /// <exception cref="FileWriteException">The file cannot be written.</exception>
    public static void Write(string path, Experiment experiment) => DurableFiles.WriteText(path, Render(experiment));

    /// <summary>The whole page.</summary>
    public static string Render(Experiment experiment)
    {
        var html = new HtmlPage();
        PageFrame.Open(html, experiment.Name);
        int runs = RunsOf(experiment), planned = experiment.Cells.Sum(c => c.Planned);
        html.Add(
            $"""
            <header><h1>Experiment on <bdi>{experiment.Base}</bdi></h1>
            <p class="headline">{experiment.Name}</p>
            <p>{Counts.Of(experiment.Cells.Count, "cell")}, {runs} of {Counts.Of(planned, "run")} done and judged.
            Tested against {experiment.Baseline}.</p>
            """);
        foreach ((string run, string why) in experiment.Failures)
            html.Add($"""<p class="missing">{run} failed: {why}</p>""");
        html.Add($"</header>");
        Cells(html, experiment);
        Pictures(html, experiment);
        html.Add(
            $"""
            <section id="measures"><h2>Measures</h2><p class="soft">Means over seeds, &#177; their standard deviation.
            The line below is the difference from {experiment.Baseline}, with its 95 % interval over documents or items,
            and p.</p>
            """);
        foreach ((int i, ExperimentMeasure measure) in experiment.Measures.Index())
            Table(html, experiment, i, measure);
        html.Add($"""</section><section id="how"><h2>How it was measured</h2><ul class="soft">""");
        foreach (string note in experiment.Notes)
            html.Add($"<li>{note}</li>");
        html.Add($"</ul></section>");
        PageFrame.Close(
            html, "Made by MolEngine. Logarithms are natural: cross-entropy and KL divergence are in nats per token.");
        return html.ToString();
    }

    private static int RunsOf(Experiment experiment) => experiment.Cells.Sum(
        c => c.Values.Max(v => v?.N ?? 0));

    private static void Cells(HtmlPage html, Experiment experiment)
    {
        html.Add(
            $"""
            <section id="cells"><h2>Cells</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Cells"><table class="stacked"><thead><tr>
            <th scope="col">Cell</th><th scope="col">Changes</th><th class="n" scope="col">runs</th></tr></thead><tbody>
            """);
        foreach ((int i, CellFigures cell) in experiment.Cells.Index())
        {
            string changes = cell.Changes.Count == 0 ? "the base config itself" : string.Join(", ", cell.Changes);
            string role = cell.Name == experiment.Baseline ? "baseline" : "";
            html.Add(
                $"""
                <tr><th scope="row">{i + 1} <bdi>{cell.Name}</bdi><span class="kind">{role}</span></th>
                <td class="changes" data-of="changes">{changes}</td>
                <td class="n" data-of="runs">{cell.Values.Max(v => v?.N ?? 0)} of {cell.Planned}</td></tr>
                """);
        }

        html.Add($"</tbody></table></div></section>");
    }

    private static void Pictures(HtmlPage html, Experiment experiment)
    {
        html.Add($"""<section id="pictures"><h2>Gain and drop</h2>""");
        if (experiment.Pictures.Count == 0)
        {
            html.AddMissing(
                "A picture takes something that was to be learned and something that was to stay, which every run was "
                    + "measured by.");
        }
        else
        {
            string[] names = [.. experiment.Cells.Select(c => c.Name)];
            html.Add($"""<ol class="numbered">""");
            foreach (string name in names)
                html.Add($"<li><bdi>{name}</bdi></li>");
            html.Add($"""</ol><div class="charts">""");
            foreach (GainPicture picture in experiment.Pictures)
                html.Add(CellPicture.Draw(picture, names));
            html.Add($"</div>");
        }

        html.Add($"</section>");
    }

    private static void Table(HtmlPage html, Experiment experiment, int place, ExperimentMeasure measure)
    {
        string kind = $"{(measure.IsDomain ? "domain" : "general")}, {Counts.Of(measure.N, measure.Unit)}, "
            + $"{(measure.MoreIsBetter ? "more is better" : "less is better")}";
        html.Add(
            $"""
            <h3 class="measure">{measure.Title} <span class="kind">{kind}</span></h3>
            <div class="scroll" tabindex="0" role="region" aria-label="{measure.Title}"><table class="stacked"><thead>
            <tr><th scope="col">Cell</th><th class="n" scope="col">mean</th><th class="n" scope="col">n</th>
            <th class="n" scope="col">against {experiment.Baseline}</th></tr></thead><tbody>
            """);
        if (measure.Before != 0 || measure.MoreIsBetter)
        {
            html.Add(
                $"""
                <tr><th scope="row">base</th><td class="n" data-of="mean">{Numbers.Value(measure.Before)}</td>
                <td class="n" data-of="n"></td><td class="n" data-of="against it"></td></tr>
                """);
        }

        foreach (CellFigures cell in experiment.Cells.Where(c => c.Values[place] is not null))
            html.Add(Row(cell.Name, cell.Values[place]!, measure));
        html.Add($"</tbody></table></div>");
    }

    private static Markup Row(string name, CellValue value, ExperimentMeasure measure)
    {
        string spread = value.Spread is { } s ? $" \u00b1 {Numbers.Value(s)}" : "";
        Markup against = value.Against is { } test
            ? Markup.Of(
                $"""
                <b class="{Tone(test, measure)}">{Numbers.Signed(test.Difference.Value)}</b><span
                class="kind">{Numbers.Signed(test.Difference.Low)} to {Numbers.Signed(test.Difference.High)},
                {Measure.Probability(test.P)}</span>
                """)
            : new Markup("\u2013");
        return Markup.Of(
            $"""
            <tr><th scope="row"><bdi>{name}</bdi></th>
            <td class="n" data-of="mean">{Numbers.Value(value.Mean)}<span class="kind">{spread}</span></td>
            <td class="n" data-of="n">{value.N}</td><td class="n" data-of="against it">{against}</td></tr>
            """);
    }

    private static string Tone(PairedTest test, ExperimentMeasure measure) => !test.IsSure ? "soft"
        : test.Difference.Value > 0 == measure.MoreIsBetter ? "better" : "worse";
}
