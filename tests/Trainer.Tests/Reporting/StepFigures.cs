using MolEngine.Runs.Metrics;

namespace MolEngine.Trainer.Tests.Reporting;

/// <summary>A step's figures as training writes them.</summary>
internal static class StepFigures
{
    public static MetricsLine Of(
        long step, double loss, IReadOnlyList<(string Name, double Ce, double? Kl)> corpora) => MetricsLine.OfStep(step)
        .Add(Metric.Epoch, 0.5)
        .Add(Metric.Loss, loss)
        .Add(Metric.CrossEntropy, corpora.Select(c => (c.Name, c.Ce)))
        .Add(Metric.KlDivergence, corpora.Where(c => c.Kl is not null).Select(c => (c.Name, c.Kl!.Value)))
        .Add(Metric.GradNorm, 1.23456)
        .Add(Metric.LearningRate, 1e-4)
        .Add(Metric.TokensPerSecond, 1234.5)
        .Add(Metric.Rows, 8)
        .Add(Metric.MemoryBytes, 412L << 20);
}
