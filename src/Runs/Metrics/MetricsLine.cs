namespace MolEngine.Runs.Metrics;

/// <summary>
/// The figures of one step, or of the validation after it, in the order they were added. A value is an integer, a
/// double, null (known to be absent), or a double for each corpus.
/// </summary>
public sealed class MetricsLine
{
    private readonly List<(Metric Metric, object? Value)> _entries = [];

    private MetricsLine(long step, bool isValidation) => (Step, IsValidation) = (step, isValidation);

    /// <summary>Steps that were finished, this one too.</summary>
    public long Step { get; }

    /// <summary>Whether the figures are of a validation.</summary>
    public bool IsValidation { get; }

    internal IReadOnlyList<(Metric Metric, object? Value)> Entries => _entries;

    public static MetricsLine OfStep(long step) => new(step, isValidation: false);

    /// <param name="step">Steps that were finished before the validation.</param>
    public static MetricsLine OfValidation(long step) => new(step, isValidation: true);

    public MetricsLine Add(Metric metric, long value) => AddValue(metric, value);

    /// <summary>Null is written as null: "not measured here".</summary>
    public MetricsLine Add(Metric metric, double? value) => AddValue(metric, value);

    /// <summary>A value by corpus: <c>ce: {medical: 2.1, books: 3.0}</c>.</summary>
    public MetricsLine Add(Metric metric, IEnumerable<(string Corpus, double Value)> values) =>
        AddValue(metric, values.ToArray());

    /// <summary>A figure; null where the line has none, or one by corpus.</summary>
    public double? this[Metric metric] => _entries.FirstOrDefault(e => e.Metric == metric).Value switch
    {
        double x => x,
        long x => x,
        _ => null,
    };

    /// <summary>A figure by corpus; empty where the line has none.</summary>
    public IReadOnlyList<(string Corpus, double Value)> ByCorpus(Metric metric) =>
        _entries.FirstOrDefault(e => e.Metric == metric).Value as (string, double)[] ?? [];

    /// <summary>The figures that a line of progress shows, those by corpus apart.</summary>
    public IEnumerable<(Metric Metric, double Value)> Shown => _entries
        .Where(e => (e.Metric.Label.Length > 0 || e.Metric.Unit.Length > 0) && this[e.Metric] is not null)
        .Select(e => (e.Metric, this[e.Metric]!.Value));

    private MetricsLine AddValue(Metric metric, object? value)
    {
        if (_entries.Any(e => e.Metric.Name == metric.Name))
        {
            throw new ArgumentException(
                $"metrics: {metric.Name}: expected each name once a line, got it twice", nameof(metric));
        }

        _entries.Add((metric, value));
        return this;
    }
}
