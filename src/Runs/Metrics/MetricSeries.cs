namespace MolEngine.Runs.Metrics;

/// <summary>A measure over the steps of a run: <c>loss</c>, or <c>ce</c> of a corpus.</summary>
/// <param name="Metric">Its name in metrics.jsonl.</param>
/// <param name="Part">The corpus, where the measure has one value for each.</param>
public sealed record MetricSeries(string Metric, string? Part, IReadOnlyList<DataPoint> Points);
