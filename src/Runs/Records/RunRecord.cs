using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Records;

/// <summary>All that a report is made of. What a run did not leave behind is null or empty.</summary>
/// <param name="Name">The run directory's own name.</param>
/// <param name="Config">The text of config.yaml.</param>
public sealed record RunRecord(string Name, string? Config)
{
    public ConfigFacts Facts { get; init; } = ConfigFacts.None;

    /// <summary>Null where there is no metrics.jsonl.</summary>
    public MetricsLog? Metrics { get; init; }

    /// <summary>data.json: what the corpora hold.</summary>
    internal StatisticsTable? Data { get; init; }

    /// <summary>Whether the model learned to answer in a dialogue, or is asked in one.</summary>
    public bool IsOfDialogues => Facts.AsksInChat || Data?.TeachesDialogues == true;

    /// <summary>Whether dialogues are among the documents of any corpus.</summary>
    public bool HasDialogues => Data?.HasDialogues == true;

    /// <summary>samples.json: answers of the model before and after.</summary>
    internal IReadOnlyList<TextSample>? Samples { get; init; }

    /// <summary>questions.json: how the model answers before and after.</summary>
    public QuestionTable? Questions { get; init; }

    /// <summary>held_out.json: every held-out document before and after; empty where it is not there.</summary>
    public IReadOnlyList<HeldOutCorpus> HeldOut { get; init; } = [];

    /// <summary>benchmarks.json: scores of every round.</summary>
    internal BenchmarkTable? Benchmarks { get; init; }

    /// <summary>advice.json: what the run said of itself, in order.</summary>
    public IReadOnlyList<Advice> Advice { get; init; } = [];

    /// <summary>run.json, as names and values: model, device, started, resumed, finished, version.</summary>
    internal IReadOnlyList<(string Name, string Value)>? Run { get; init; }

    /// <summary>When the run went on from a checkpoint, oldest first.</summary>
    internal IReadOnlyList<string> Resumed =>
        Of("resumed") is { Length: > 0 } times ? times.Split(RunRecordReader.Separator) : [];

    /// <summary>The step whose state was saved in the end, where that was chosen; null for the last one.</summary>
    public long? ExportedStep => long.TryParse(Of(RunFacts.ExportedStep), out long step) ? step : null;

    /// <summary>Sentences about files that could not be read, or not wholly.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>
    /// The corpora: those of the config in its order, then those that only the metrics name. A corpus's place gives it
    /// its colour.
    /// </summary>
    public IReadOnlyList<CorpusFacts> Corpora
    {
        get
        {
            IEnumerable<MetricSeries> series = Metrics is null ? [] : [.. Metrics.Training, .. Metrics.Validation];
            string[] byCorpus = [Metric.CrossEntropy.Name, Metric.KlDivergence.Name];
            IEnumerable<string> measured =
                series.Where(s => byCorpus.Contains(s.Metric)).Select(s => s.Part).OfType<string>();
            return [.. Facts.Corpora.Concat(measured.Select(n => new CorpusFacts(n, null))).DistinctBy(c => c.Name)];
        }
    }

    /// <summary>A value of run.json by its name.</summary>
    public string? Of(string name) => Run?.FirstOrDefault(p => p.Name == name).Value;
}
