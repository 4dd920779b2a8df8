using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Records;

/// <summary>A validation of a run, corpus by corpus.</summary>
/// <param name="Step">Steps that were finished.</param>
/// <param name="Corpora">Those that were read, in the run's order; at least one.</param>
public sealed record ValidationRound(long Step, IReadOnlyList<ValidatedCorpus> Corpora)
{
    /// <summary>
    /// The validations that metrics.jsonl holds, in order: to the bit what was judged as they were made. A round whose
    /// corpora lack a loss (an older program wrote it) is none.
    /// </summary>
    public static IReadOnlyList<ValidationRound> Of(MetricsLog log)
    {
        IReadOnlyList<MetricSeries> losses = MetricsLog.Of(log.Validation, Metric.CorpusLoss);
        var entropies = Index(MetricsLog.Of(log.Validation, Metric.CrossEntropy));
        var distances = Index(log.HeldOutKl);
        return
        [
            .. losses.SelectMany(s => s.Points.Select(p => (Name: s.Part ?? "", p.X, Loss: p.Y)))
                .Where(c => entropies.ContainsKey((c.Name, c.X)))
                .GroupBy(c => c.X).OrderBy(g => g.Key)
                .Select(g => new ValidationRound((long)g.Key, [.. g.Select(c => new ValidatedCorpus(
                    c.Name, c.Loss, entropies[(c.Name, c.X)],
                    distances.TryGetValue((c.Name, c.X), out double kl) ? kl : null))])),
        ];
    }

    private static Dictionary<(string Name, double Step), double> Index(IReadOnlyList<MetricSeries> series) =>
        series.SelectMany(s => s.Points.Select(p => ((s.Part ?? "", p.X), p.Y))).ToDictionary(x => x.Item1, x => x.Y);
}

/// <summary>What a validation says of a corpus: means over its held-out documents' tokens, in nats.</summary>
/// <param name="Loss">What the corpus's rows are trained with.</param>
/// <param name="KlDivergence">KL(model || base) over the whole vocabulary; null where there is no base.</param>
public sealed record ValidatedCorpus(string Name, double Loss, double CrossEntropy, double? KlDivergence);
