using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports.Charts;

namespace MolEngine.Runs.Reports;

/// <summary>
/// The curves: what was learned and kept, and in a part of its own how the optimiser fared and whatever else was
/// logged.
/// </summary>
internal static class CurvesSection
{
    private const ChartSource Trained = ChartSource.Training, Held = ChartSource.Validation, Exact = ChartSource.Exact;

    /// <summary>Told in words at the top of the page, or drawn under a heading of their own.</summary>
    private static readonly HashSet<string> Elsewhere =
    [
        .. new[]
        {
            Metric.CrossEntropy, Metric.KlDivergence, Metric.ForwardKl, Metric.KlGap, Metric.ForwardKlGap,
            Metric.Epoch, Metric.Tokens, Metric.Rows, Metric.EmptyRows, Metric.Loss,
            Metric.LearningRate, Metric.TokensPerSecond, Metric.ExactMatch, Metric.Benchmark, Metric.CorpusLoss,
            Metric.TailMass, Metric.MemoryBytes, Metric.DeviceMemoryBytes,
        }.Select(m => m.Name),
    ];

    /// <summary>What was learned and kept: the curves that a person looks at first.</summary>
    public static void Add(HtmlPage html, RunRecord run)
    {
        html.Add($"""<section id="curves"><h2>Curves</h2>""");
        if (run.Metrics is not { Range: not null } metrics)
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

        Draw(html, First(new ChartMaker(run, metrics)));
        html.Add($"</section>");
    }

    /// <summary>All else that was logged.</summary>
    public static void AddMore(HtmlPage html, RunRecord run)
    {
        if (run.Metrics is not { Range: not null } metrics)
            return;
        html.Add($"""<section id="more-curves"><h2>More curves</h2><details><summary>How it got there</summary>""");
        Draw(html, More(new ChartMaker(run, metrics)));
        html.Add($"</details></section>");
    }

    private static void Draw(HtmlPage html, IEnumerable<Chart> charts)
    {
        html.Add($"""<div class="charts">""");
        foreach (Chart chart in charts.Where(c => c.Series.Count > 0))
            html.Add(ChartFigure.Draw(chart));
        html.Add($"</div>");
    }

    private static IEnumerable<Chart> First(ChartMaker m) =>
    [
        m.ByCorpus("validation-ce", "Held-out text: cross-entropy", Metric.CrossEntropy, Held),
        m.HeldOutKl("validation-kl", "Held-out text: KL to the base model"),
        m.ByCorpus("train-ce", "Training: cross-entropy", Metric.CrossEntropy, Trained),
        m.ByCorpus("corpus-loss", "Training: loss of each corpus", Metric.CorpusLoss, Trained),
        m.Of("benchmarks", "Benchmarks", "headline score", AxisKind.Linear, Held, Metric.Benchmark),
    ];

    private static IEnumerable<Chart> More(ChartMaker m) =>
    [
        m.Of("loss", "Training: loss", "what the optimiser minimises, mean over the batch's rows", AxisKind.Linear,
            Trained, Metric.Loss),
        m.ByCorpus("validation-loss", "Held-out text: loss of each corpus", Metric.CorpusLoss, Held),
        m.Kl("train-kl", "Training: KL to the base model", Metric.KlDivergence, Trained),
        m.Kl("train-kl-forward", "Training: KL of the base model to this one", Metric.ForwardKl, Trained),
        m.Kl("validation-kl-classes", "Held-out text: KL as training sees it", Metric.KlDivergence, Held),
        m.Kl("validation-kl-forward", "Held-out text: KL of the base model to this one", Metric.ForwardKl, Held),
        m.Kl("validation-kl-gap", "Held-out text: KL among rare tokens, which training does not see", Metric.KlGap,
            Held),
        m.Kl("validation-kl-forward-gap", "Held-out text: the same of the base to this model", Metric.ForwardKlGap,
            Held),
        m.Of("tail-mass", "Probability of rare tokens",
            "this model's, of all tokens but the base's most probable ones (loss.top_n), where the base's text is "
                + "trained on", AxisKind.FromZeroOrLog, Trained, Metric.TailMass),
        m.GradientNorms(),
        m.Of("learning-rate", "Learning rate", "per step", AxisKind.FromZero, Exact, Metric.LearningRate),
        m.Of("speed", "Speed", "tokens per second", AxisKind.FromZero, Trained, Metric.TokensPerSecond),
        m.Memory("memory", "Memory of the program", Metric.MemoryBytes),
        m.Memory("device-memory", "Memory of the GPU", Metric.DeviceMemoryBytes),
        .. m.Others(Elsewhere),
    ];
}
