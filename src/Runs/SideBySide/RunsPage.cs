using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Runs.Reports.Charts;

namespace MolEngine.Runs.SideBySide;

/// <summary>Several runs on one page that needs nothing but itself: outcomes, curves over each other, what differs.
/// </summary>
public static class RunsPage
{
    private const string Nats = "nats per token";

    /// <summary>Writes, or replaces, a page.</summary>
    /// <param name="directories">Run directories, finished or not; two or more.</param>
    /// <exception cref="UserException">One is no run directory, or cannot be read.</exception>
    /// <exception cref="FileWriteException">The page cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<string> directories) =>
        DurableFiles.WriteText(path, Render(Named(directories)));

    /// <summary>The whole page.</summary>
    /// <param name="runs">Of different names.</param>
    public static string Render(IReadOnlyList<RunRecord> runs)
    {
        var html = new HtmlPage();
        PageFrame.Open(html, "Runs side by side");
        html.Add(
            $"""
            <header><h1>Runs side by side</h1>
            <p class="headline">{Counts.Of(runs.Count, "run")}: {string.Join(", ", runs.Select(r => r.Name))}</p>
            </header>
            """);
        string[] faults = [.. runs.SelectMany(r => r.Faults.Select(f => $"{r.Name}: {f}"))];
        if (faults.Length > 0)
        {
            html.Add($"""<ul class="faults">""");
            foreach (string fault in faults)
                html.Add($"<li>{fault}</li>");
            html.Add($"</ul>");
        }

        OutcomesSection.Add(html, runs);
        Curves(html, runs);
        Settings(html, runs);
        PageFrame.Close(
            html, "Made by MolEngine from the files of these run directories. Logarithms are natural: cross-entropy\n"
                + "(CE) and KL divergence are in nats per token.");
        return html.ToString();
    }

    /// <summary>Each under the least of its path's end that tells it from the others.</summary>
    private static IReadOnlyList<RunRecord> Named(IReadOnlyList<string> directories)
    {
        string[][] parts =
        [
            .. directories.Select(d => Path.TrimEndingDirectorySeparator(Path.GetFullPath(d))
                .Split(Path.DirectorySeparatorChar)),
        ];
        int most = parts.Max(p => p.Length), taken = 1;
        while (taken < most && parts.Select(p => Name(p, taken)).Distinct().Count() < parts.Length)
            taken++;
        return [.. directories.Zip(parts, (d, p) => RunRecordReader.Read(d) with { Name = Name(p, taken) })];

        static string Name(string[] parts, int taken) => string.Join('/', parts.TakeLast(taken));
    }

    private static void Curves(HtmlPage html, IReadOnlyList<RunRecord> runs)
    {
        html.Add($"""<section id="curves"><h2>Curves</h2>""");
        (long First, long Last)[] ranges = [.. runs.Select(r => r.Metrics?.Range).OfType<(long, long)>()];
        Chart[] charts =
            ranges.Length == 0 ? [] : [.. Charts(runs, ranges.Min(r => r.First), ranges.Max(r => r.Last))];
        if (charts.Length == 0)
        {
            html.AddMissing("None of the runs has a step in metrics.jsonl, so there are no curves.");
        }
        else
        {
            html.Add(
                $"""
                <p class="soft">A run looks the same in every chart. The numbers beside the names are where the curves
                end.</p><div class="charts">
                """);
            foreach (Chart chart in charts)
                html.Add(ChartFigure.Draw(chart));
            html.Add($"</div>");
        }

        html.Add($"</section>");
    }

    private static IEnumerable<Chart> Charts(IReadOnlyList<RunRecord> runs, long first, long last)
    {
        CorpusFacts[] corpora =
            [.. runs.SelectMany(r => r.Corpora).DistinctBy(c => c.Name).OrderBy(c => c.Kind, StringComparer.Ordinal)];
        int id = 0;
        IEnumerable<Chart> charts =
        [
            .. Of("Validation", Metric.CrossEntropy, "cross-entropy", r => r.Metrics?.Validation, smooth: false),
            .. Of("Validation", Metric.KlDivergence, "KL to the base", r => r.Metrics?.HeldOutKl, smooth: false),
            .. Of(
                "Validation", Metric.ForwardKl, "KL of the base to the run", r => r.Metrics?.Validation, smooth: false),
            .. Of("Training", Metric.CrossEntropy, "cross-entropy", r => r.Metrics?.Training, smooth: true),
            .. Of("Training", Metric.KlDivergence, "KL to the base", r => r.Metrics?.Training, smooth: true),
            Chart("Questions answered", "share, exact match", AxisKind.FromZero, false, Series(
                runs, r => r.Metrics?.Validation, Metric.ExactMatch, null)),
            Chart("Loss", "what each optimiser minimises: not comparable of other losses", AxisKind.Linear, true,
                Series(runs, r => r.Metrics?.Training, Metric.Loss, null)),
            Chart("Learning rate", "per step", AxisKind.FromZero, false, Series(
                runs, r => r.Metrics?.Training, Metric.LearningRate, null)),
        ];
        return charts.Where(c => c.Series.Count > 0);

        IEnumerable<Chart> Of(
            string when, Metric metric, string what, Func<RunRecord, IReadOnlyList<MetricSeries>?> series,
            bool smooth) =>
            corpora.Select(c =>
            {
                string kind = c.Kind is null ? "" : $" ({c.Kind})";
                Chart chart = Chart(
                    $"{when}: {c.Name}{kind}, {what}", Nats,
                    metric == Metric.CrossEntropy ? AxisKind.Linear : AxisKind.FromZeroOrLog, smooth,
                    Series(runs, series, metric, c.Name));
                return metric == Metric.CrossEntropy
                    ? chart
                    : chart with { Format = Numbers.Kl, Negligible = Numbers.KlNoise };
            });

        Chart Chart(string title, string unit, AxisKind kind, bool smooth, ChartSeries[] series) =>
            new($"chart-{id++}", title, unit, kind, smooth, first, last, series);
    }

    private static ChartSeries[] Series(
        IReadOnlyList<RunRecord> runs, Func<RunRecord, IReadOnlyList<MetricSeries>?> of, Metric metric, string? part) =>
    [
        .. runs.Select((r, i) => (Run: r, Place: i, Points: MetricsLog.Of(of(r) ?? [], metric)
            .FirstOrDefault(s => s.Part == part)?.Points))
            .Where(r => r.Points is not null)
            .Select(r => new ChartSeries(r.Run.Name, r.Place, r.Points!)),
    ];

    private static void Settings(HtmlPage html, IReadOnlyList<RunRecord> runs)
    {
        html.Add($"""<section id="settings"><h2>Settings that differ</h2>""");
        foreach (RunRecord run in runs.Where(r => r.Config is null))
            html.AddMissing($"{run.Name} has no config.yaml: its settings are not known.");
        IReadOnlyList<RunSetting> differing = RunSettings.Differing(runs);
        if (differing.Count == 0)
        {
            html.Add($"""<p>None but where they write.</p></section>""");
            return;
        }

        html.Add(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="Settings that differ"><table class="stacked">
            <thead><tr><th scope="col">Key</th>
            """);
        foreach (RunRecord run in runs)
            html.Add($"""<th scope="col"><bdi>{run.Name}</bdi></th>""");
        html.Add($"</tr></thead><tbody>");
        foreach (RunSetting setting in differing)
        {
            html.Add($"""<tr><th scope="row">{setting.Key}</th>""");
            foreach ((RunRecord run, string? value) in runs.Zip(setting.Values))
                html.Add($"""<td class="changes" data-of="{run.Name}">{value ?? "\u2013"}</td>""");
            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div></section>");
    }
}
