using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports.Charts;

namespace MolEngine.Runs.Reports;

/// <summary>The curves: what was learned and kept, how the optimiser fared, then whatever else was logged.</summary>
internal static class CurvesSection
{
    private const string Nats = "nats per token";

    /// <summary>Told in words at the top of the page, or drawn under a heading of their own.</summary>
    private static readonly HashSet<string> Elsewhere =
    [
        .. new[]
        {
            Metric.CrossEntropy, Metric.KlDivergence, Metric.ForwardKl, Metric.KlGap, Metric.ForwardKlGap,
            Metric.Epoch, Metric.Tokens, Metric.Rows, Metric.EmptyRows, Metric.Loss,
            Metric.LearningRate, Metric.TokensPerSecond, Metric.ExactMatch, Metric.Benchmark,
        }.Select(m => m.Name),
    ];

    public static void Add(HtmlPage html, RunRecord run)
    {
        html.Add($"""<section id="curves"><h2>Curves</h2>""");
        if (run.Metrics is not { Range: { } range } metrics)
        {
            string why = run.Metrics is null ? "There is no metrics.jsonl" : "metrics.jsonl holds no step";
            html.AddMissing($"{why}, so there are no curves.");
            html.Add($"</section>");
            return;
        }

        if (run.Corpora.Count > 0)
        {
            html.Add(
                $"""
                <p class="soft">A corpus looks the same in every chart. The numbers beside the names are where the
                curves end.</p>
                """);
        }

        html.Add($"""<div class="charts">""");
        foreach (Chart chart in Charts(run, metrics, range.First, range.Last))
            html.Add(ChartFigure.Draw(chart));
        html.Add($"</div></section>");
    }

    private static IEnumerable<Chart> Charts(RunRecord run, MetricsLog metrics, long first, long last)
    {
        string[] corpora = [.. run.Corpora.Select(c => c.Name)];
        IEnumerable<Chart> charts =
        [
            Of("train-ce", "Training: cross-entropy", Nats, AxisKind.Linear, true,
                Parts(metrics.Training, Metric.CrossEntropy, corpora)),
            Of("validation-ce", "Validation: cross-entropy", Nats, AxisKind.Linear, false,
                Parts(metrics.Validation, Metric.CrossEntropy, corpora)),
            Kl("train-kl", "Training: KL to the base model", true,
                Parts(metrics.Training, Metric.KlDivergence, corpora)),
            Kl("validation-kl", "Validation: KL to the base model", false,
                Parts(metrics.Validation, Metric.KlDivergence, corpora)),
            Kl("train-kl-forward", "Training: KL of the base model to this one", true,
                Parts(metrics.Training, Metric.ForwardKl, corpora)),
            Kl("validation-kl-forward", "Validation: KL of the base model to this one", false,
                Parts(metrics.Validation, Metric.ForwardKl, corpora)),
            Kl("validation-kl-gap", "Validation: KL to the base among rare tokens, which training does not see", false,
                Parts(metrics.Validation, Metric.KlGap, corpora)),
            Kl("validation-kl-forward-gap", "Validation: the same of the base to this model", false,
                Parts(metrics.Validation, Metric.ForwardKlGap, corpora)),
            Of("benchmarks", "Benchmarks", "headline score", AxisKind.Linear, false,
                Parts(metrics.Validation, Metric.Benchmark, [])),
            Of("loss", "Loss", "what the optimiser minimises, mean over the batch's rows", AxisKind.Linear, true,
                One(metrics, Metric.Loss)),
            Of("grad-norm", "Gradient norm", "before clipping", AxisKind.FromZeroOrLog, true, GradientNorms(metrics)),
            Of("learning-rate", "Learning rate", "per step", AxisKind.FromZero, false,
                One(metrics, Metric.LearningRate)),
            Of("speed", "Speed", "tokens per second", AxisKind.FromZero, true,
                One(metrics, Metric.TokensPerSecond, "tokens/s")),
        ];
        int other = 0;
        IEnumerable<Chart> rest = Others(metrics, corpora).Select(o =>
            Of($"other-{other++}", o.Title, o.Unit, AxisKind.FromZeroOrLog, o.Smooth, o.Series));
        return charts.Concat(rest).Where(c => c.Series.Count > 0);

        Chart Of(string id, string title, string unit, AxisKind kind, bool smooth, ChartSeries[] series) =>
            new(id, title, unit, kind, smooth, first, last, series);

        Chart Kl(string id, string title, bool smooth, ChartSeries[] series)
        {
            Chart chart = Of(id, title, Nats, AxisKind.FromZeroOrLog, smooth, series);
            return chart with { Format = Numbers.Kl, Negligible = Numbers.KlNoise };
        }
    }

    /// <summary>A measure's series, styled by the places of their parts in a list; strangers follow after it.</summary>
    private static ChartSeries[] Parts(IReadOnlyList<MetricSeries> series, Metric metric, string[] places)
    {
        IReadOnlyList<MetricSeries> own = MetricsLog.Of(series, metric);
        string[] all = [.. places.Concat(own.Select(s => s.Part).OfType<string>()).Distinct()];
        return
        [
            .. own
                .Select(s => new ChartSeries(s.Part ?? metric.Title, Math.Max(0, Array.IndexOf(all, s.Part)), s.Points))
                .OrderBy(s => s.Style),
        ];
    }

    private static ChartSeries[] One(MetricsLog metrics, Metric metric, string? name = null) =>
    [
        .. MetricsLog.Of(metrics.Training, metric)
            .Select(s => new ChartSeries(s.Part ?? name ?? metric.Title, 0, s.Points)),
    ];

    /// <summary>The norm of all rows, and those of domain and of general rows where they were taken apart.</summary>
    private static ChartSeries[] GradientNorms(MetricsLog metrics)
    {
        MetricSeries[] norms =
        [
            .. metrics.Training.Concat(metrics.Validation)
                .Where(s => s.Metric.StartsWith(Metric.GradNorm.Name, StringComparison.Ordinal))
                .OrderBy(s => s.Metric.Length),
        ];
        return [.. norms.Select((s, i) => new ChartSeries(Name(s), i, s.Points))];

        static string Name(MetricSeries s)
        {
            string part = s.Part ?? s.Metric[Metric.GradNorm.Name.Length..].Trim('_', '/').Replace('_', ' ');
            return part.Length == 0 ? "all rows" : $"{part} rows";
        }
    }

    /// <summary>Measures that this page has no words for, under the names that the log gives them.</summary>
    private static IEnumerable<(string Title, string Unit, bool Smooth, ChartSeries[] Series)> Others(
        MetricsLog metrics, string[] corpora)
    {
        foreach ((IReadOnlyList<MetricSeries> all, string when, bool smooth) in
            new[] { (metrics.Training, "training", true), (metrics.Validation, "validation", false) })
        {
            IEnumerable<string> names = all.Select(s => s.Metric).Distinct()
                .Where(m => !Elsewhere.Contains(m) && !m.StartsWith(Metric.GradNorm.Name, StringComparison.Ordinal));
            foreach (string name in names)
            {
                var metric = new Metric(name);
                yield return (
                    Names.Heading(metric.Title), $"{name} in metrics.jsonl, {when}", smooth,
                    Parts(all, metric, corpora));
            }
        }
    }
}
