using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>What a run ends with: held-out text and questions before the first step and after the last.</summary>
/// <param name="Questions">Null where nothing was asked.</param>
public sealed record ClosingTable(
    IReadOnlyList<CorpusChange> Corpora, (QuestionScore Before, QuestionScore After)? Questions)
{
    /// <summary>Headline scores by task; empty where no benchmarks were asked.</summary>
    public IReadOnlyList<(string Task, double Before, double After)> Benchmarks { get; init; } = [];

    /// <summary>Null where the run measured nothing before the first step.</summary>
    public static ClosingTable? Of(RunRecord run)
    {
        CorpusChange[] corpora =
        [
            .. Outcome.Of(run).Where(o => o.Ce is { IsOne: false, First.X: 0 }).Select(o =>
                new CorpusChange(o.Corpus.Name, o.Corpus.Kind, o.Ce!.First.Y, o.Ce.Last.Y, o.Kl?.Last.Y)),
        ];
        (QuestionScore, QuestionScore)? questions =
            run.Questions is { Before: { } before, After: { } after } ? (before, after) : null;
        (string, double, double)[] benchmarks =
        [
            .. MetricsLog.Of(run.Metrics?.Validation ?? [], Metric.Benchmark)
                .Where(s => s.Points.Count > 1 && s.Points[0].X == 0)
                .Select(s => (s.Part ?? "", s.Points[0].Y, Saved(run, s.Part ?? "") ?? s.Points[^1].Y)),
        ];
        return corpora.Length == 0 && questions is null && benchmarks.Length == 0
            ? null
            : new ClosingTable(corpora, questions) { Benchmarks = benchmarks };
    }

    /// <summary>A benchmark's headline in the round of the state that was saved, where that was chosen.</summary>
    private static double? Saved(RunRecord run, string task) =>
        run.Benchmarks?.Scores.LastOrDefault(s => s.Task == task && s.Step == run.ExportedStep)?.Value;

    public IEnumerable<string> Lines()
    {
        const string Asked = "questions answered";
        bool kl = Corpora.Any(c => c.Kl is not null);
        IEnumerable<string> names = [Asked, .. Corpora.Select(Title), .. Benchmarks.Select(b => b.Task)];
        int width = names.Max(n => n.Length) + 2;
        string toBase = kl ? "   kl to base" : "";
        if (Corpora.Count > 0)
            yield return $"{"held out".PadRight(width)}ce before ->  ce after     change{toBase}";
        foreach (CorpusChange c in Corpora)
        {
            string change = $"{c.CeAfter - c.CeBefore,10:+0.0000;-0.0000}";
            string distance = c.Kl is double k ? $"   {Numbers.FixedKl(k),10}" : "";
            yield return Title(c).PadRight(width) + $"{c.CeBefore,9:F4} -> {c.CeAfter,9:F4} " + change + distance;
        }

        if (Questions is var (first, last))
        {
            yield return Asked.PadRight(width)
                + $"{$"{first.Answered} of {first.Asked}",9} -> {$"{last.Answered} of {last.Asked}",9}";
        }

        foreach ((string task, double before, double after) in Benchmarks)
            yield return task.PadRight(width) + $"{before,9:F4} -> {after,9:F4} {after - before,10:+0.0000;-0.0000}";
        if (Corpora.Count > 0)
        {
            yield return "";
            yield return "ce: cross-entropy in nats a token; the lower it is, the better the model predicts such text";
        }

        if (kl)
        {
            yield return "kl: how far the model has moved from the base, over the whole vocabulary; near 0, it says "
                + "what it said before";
        }
    }

    private static string Title(CorpusChange c) => c.Kind is null ? c.Name : $"{c.Name} ({c.Kind})";
}
