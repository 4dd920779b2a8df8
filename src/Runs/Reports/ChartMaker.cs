using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports.Charts;

namespace MolEngine.Runs.Reports;

/// <summary>Where a chart's points are from.</summary>
internal enum ChartSource
{
    /// <summary>Every step; a trend is drawn over what is noisy.</summary>
    Training,

    /// <summary>Every step, of a figure that has no noise.</summary>
    Exact,

    /// <summary>The validations.</summary>
    Validation,
}

/// <summary>Makes the charts of a run, all over the same steps; one without points has no series.</summary>
internal sealed class ChartMaker(RunRecord run, MetricsLog metrics)
{
    private const string Nats = "nats per token";
    private const double Gibi = 1L << 30;

    private readonly string[] _corpora = [.. run.Corpora.Select(c => c.Name)];

    /// <summary>A figure in nats a token, of every corpus.</summary>
    public Chart ByCorpus(string id, string title, Metric metric, ChartSource source) =>
        Of(id, title, Nats, AxisKind.Linear, source, metric);

    /// <summary>A divergence of every corpus.</summary>
    public Chart Kl(string id, string title, Metric metric, ChartSource source) =>
        Kl(id, title, source, Parts(Points(source), metric));

    /// <summary>KL to the base model on held-out text, as <see cref="MetricsLog.HeldOutKl"/> has it.</summary>
    public Chart HeldOutKl(string id, string title) =>
        Kl(id, title, ChartSource.Validation, Parts(metrics.HeldOutKl, Metric.KlDivergence));

    /// <summary>A figure, by its parts where it has some.</summary>
    public Chart Of(string id, string title, string unit, AxisKind kind, ChartSource source, Metric metric) =>
        Made(id, title, unit, kind, source, Parts(Points(source), metric));

    /// <summary>Bytes, shown in GiB.</summary>
    public Chart Memory(string id, string title, Metric metric) => Made(
        id, title, "GiB", AxisKind.FromZero, ChartSource.Exact,
        [
            .. Parts(metrics.Training, metric).Select(s => new ChartSeries(
                title, s.Style, [.. s.Points.Select(p => new DataPoint(p.X, p.Y / Gibi))])),
        ]);

    /// <summary>The norm of all rows, and those of domain and of general rows where they were taken apart.</summary>
    public Chart GradientNorms()
    {
        MetricSeries[] norms =
        [
            .. metrics.Training.Concat(metrics.Validation)
                .Where(s => IsGradientNorm(s.Metric)).OrderBy(s => s.Metric.Length),
        ];
        return Made(
            "grad-norm", "Gradient norm", "before clipping", AxisKind.FromZeroOrLog, ChartSource.Training,
            [.. norms.Select((s, i) => new ChartSeries(Name(s), i, s.Points))]);

        static string Name(MetricSeries s)
        {
            string part = s.Part ?? s.Metric[Metric.GradNorm.Name.Length..].Trim('_', '/').Replace('_', ' ');
            return part.Length == 0 ? "all rows" : $"{part} rows";
        }
    }

    /// <summary>Measures that the page has no words for, under the names that the log gives them.</summary>
    /// <param name="known">Names of all that it has words for.</param>
    public IEnumerable<Chart> Others(IReadOnlySet<string> known)
    {
        int other = 0;
        foreach ((ChartSource source, string when) in
            new[] { (ChartSource.Training, "training"), (ChartSource.Validation, "validation") })
        {
            IEnumerable<string> names = Points(source).Select(s => s.Metric).Distinct()
                .Where(m => !known.Contains(m) && !IsGradientNorm(m));
            foreach (string name in names)
            {
                var metric = new Metric(name);
                yield return Of(
                    $"other-{other++}", Names.Heading(metric.Title), $"{name} in metrics.jsonl, {when}",
                    AxisKind.FromZeroOrLog, source, metric);
            }
        }
    }

    private Chart Kl(string id, string title, ChartSource source, IReadOnlyList<ChartSeries> series) =>
        Made(id, title, Nats, AxisKind.FromZeroOrLog, source, series) with
        {
            Format = Numbers.Kl,
            Negligible = Numbers.KlNoise,
        };

    private static bool IsGradientNorm(string metric) =>
        metric.StartsWith(Metric.GradNorm.Name, StringComparison.Ordinal);

    private IReadOnlyList<MetricSeries> Points(ChartSource source) =>
        source == ChartSource.Validation ? metrics.Validation : metrics.Training;

    private Chart Made(
        string id, string title, string unit, AxisKind kind, ChartSource source, IReadOnlyList<ChartSeries> series)
    {
        (long first, long last) = metrics.Range!.Value;
        return new Chart(id, title, unit, kind, source == ChartSource.Training, first, last, series);
    }

    /// <summary>A measure's series, styled by the places of their parts among the corpora; strangers follow after
    /// them.</summary>
    private ChartSeries[] Parts(IReadOnlyList<MetricSeries> series, Metric metric)
    {
        IReadOnlyList<MetricSeries> own = MetricsLog.Of(series, metric);
        string[] all = [.. _corpora.Concat(own.Select(s => s.Part).OfType<string>()).Distinct()];
        return
        [
            .. own
                .Select(s => new ChartSeries(s.Part ?? metric.Title, Math.Max(0, Array.IndexOf(all, s.Part)), s.Points))
                .OrderBy(s => s.Style),
        ];
    }
}
