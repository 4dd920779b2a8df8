using MolEngine.Runs.Metrics;

namespace MolEngine.Trainer.Display;

/// <summary>A finished step of a run.</summary>
/// <param name="Figures">Figures of the step: what metrics.jsonl has of it.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Left">Time to the last step.</param>
public sealed record StepProgress(MetricsLine Figures, long Steps, TimeSpan Left)
{
    /// <summary>The step's number, from 1.</summary>
    public long Step => Figures.Step;

    /// <summary>CE and KL (null without a base model) of each corpus that had a row in the step.</summary>
    public IReadOnlyList<(string Name, double Ce, double? Kl)> Corpora
    {
        get
        {
            var kl = Figures.ByCorpus(Metric.KlDivergence).ToDictionary(c => c.Corpus, c => c.Value);
            return
            [
                .. Figures.ByCorpus(Metric.CrossEntropy)
                    .Select(c => (c.Corpus, c.Value, kl.TryGetValue(c.Corpus, out double x) ? x : (double?)null)),
            ];
        }
    }

    /// <summary>Bytes of memory that the GPU holds for the run, or that the process has.</summary>
    public double Memory => Figures[Metric.DeviceMemoryBytes] ?? Figures[Metric.MemoryBytes] ?? 0;
}
