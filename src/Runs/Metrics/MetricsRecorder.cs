namespace MolEngine.Runs.Metrics;

/// <summary>Keeps a run's figures: each line in metrics.jsonl, and each of its numbers for TensorBoard.</summary>
/// <param name="resumedAfter">Steps that an earlier process had finished; null in a new run.</param>
public sealed class MetricsRecorder(RunDirectory directory, long? resumedAfter) : IDisposable
{
    private readonly EventWriter _events = new(directory.EventsPath, resumedAt: resumedAfter + 1);
    private readonly MetricsWriter _lines = new(directory.MetricsPath);

    /// <exception cref="IOException">The disk did not take it.</exception>
    public void Write(MetricsLine line)
    {
        _lines.Write(line);
        string kind = line.IsValidation ? "validation" : "train";
        foreach ((Metric metric, _) in line.Entries)
        {
            if (line[metric] is { } value)
                _events.Scalar($"{metric.Group ?? kind}/{metric.Name}", line.Step, value);
            foreach ((string corpus, double x) in line.ByCorpus(metric))
                _events.Scalar($"{kind}_{metric.Name}/{corpus}", line.Step, x);
        }
    }

    /// <summary>Waits until all figures are on the disk.</summary>
    /// <exception cref="IOException">The disk did not take them.</exception>
    public void Flush()
    {
        _lines.Flush();
        _events.Flush();
    }

    public void Dispose()
    {
        _events.Dispose();
        _lines.Dispose();
    }
}
