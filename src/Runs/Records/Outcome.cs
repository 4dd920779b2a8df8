using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Records;

/// <summary>
/// What a run changed on one corpus: its first validation, and the last one or that of the state it saved.
/// </summary>
/// <param name="Ce">Nats per token; null where it was not measured.</param>
/// <param name="Kl">Likewise: KL to the base model over the whole vocabulary, where that was measured.</param>
public sealed record Outcome(CorpusFacts Corpus, Change? Ce, Change? Kl)
{
    public static IReadOnlyList<Outcome> Of(RunRecord run)
    {
        IReadOnlyList<MetricSeries> validation = run.Metrics?.Validation ?? [];
        IReadOnlyList<MetricSeries> distances = run.Metrics?.HeldOutKl ?? [];
        return
        [
            .. run.Corpora
                .Select(c => new Outcome(
                    c, ChangeOf(validation, Metric.CrossEntropy, c.Name, run.ExportedStep),
                    ChangeOf(distances, Metric.KlDivergence, c.Name, run.ExportedStep)))
                .Where(o => o.Ce is not null || o.Kl is not null),
        ];
    }

    private static Change? ChangeOf(
        IReadOnlyList<MetricSeries> series, Metric metric, string corpus, long? exported)
    {
        IReadOnlyList<DataPoint>? points = MetricsLog.Of(series, metric)
            .FirstOrDefault(s => s.Part == corpus)?.Points;
        if (points is null)
            return null;
        int saved = points.ToList().FindIndex(p => p.X == exported);
        return new Change(points[0], saved < 0 ? points[^1] : points[saved]);
    }
}

/// <summary>A measure at the first and the last validation, which may be the same one.</summary>
public sealed record Change(DataPoint First, DataPoint Last)
{
    public bool IsOne => First.X == Last.X;

    public double Difference => Last.Y - First.Y;

    /// <summary>The difference as a share of the first value.</summary>
    public double Share => Difference / First.Y;

    /// <summary>The unweighted mean over corpora; null over none.</summary>
    public static Change? Mean(IEnumerable<Change?> changes)
    {
        Change[] all = [.. changes.OfType<Change>().Where(c => !c.IsOne)];
        return all.Length == 0 ? null : new Change(
            new DataPoint(all.Min(c => c.First.X), all.Average(c => c.First.Y)),
            new DataPoint(all.Max(c => c.Last.X), all.Average(c => c.Last.Y)));
    }
}
