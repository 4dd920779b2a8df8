using MolEngine.Runs.Experiments;

namespace MolEngine.Trainer.Experiments;

/// <summary>How a measure of an experiment is found in a judged run.</summary>
/// <param name="Value">The run's value; null where the run does not have it.</param>
/// <param name="Pairs">
/// What it is a mean of, each by its name, with its weight in the mean: documents with tokens, items with 1.
/// </param>
internal sealed record MeasureSource(
    ExperimentMeasure Measure, Func<JudgedRun, double?> Value,
    Func<JudgedRun, IReadOnlyList<(string Name, double Value, double Weight)>> Pairs)
{
    /// <summary>Everything that any of the runs was measured by: domain first, what not every run has last.</summary>
    public static IReadOnlyList<MeasureSource> Of(IReadOnlyList<JudgedRun> runs)
    {
        IEnumerable<MeasureSource> texts = runs.SelectMany(r => r.Texts).DistinctBy(t => t.Name).SelectMany(OfText);
        IEnumerable<MeasureSource> tasks = runs.SelectMany(r => r.Tasks).DistinctBy(t => t.Name).Select(OfTask);
        return
        [
            .. tasks.Concat(texts)
                .Select(m => m with { Measure = m.Measure with { IsOfAll = runs.All(r => m.Value(r) is not null) } })
                .OrderByDescending(m => m.Measure.IsOfAll).ThenByDescending(m => m.Measure.IsDomain),
        ];
    }

    private static IEnumerable<MeasureSource> OfText(JudgedText first)
    {
        yield return Of("cross-entropy", first.CeBefore, t => t.CeAfter, d => d.CeAfter);
        yield return Of("KL(run || base)", 0, t => t.ReverseKl, d => d.ReverseKl);
        yield return Of("KL(base || run)", 0, t => t.ForwardKl, d => d.ForwardKl);

        MeasureSource Of(
            string what, double before, Func<JudgedText, double> value, Func<JudgedDocument, double> ofDocument) => new(
            new ExperimentMeasure(
                first.Name, what, first.IsDomain, before, MoreIsBetter: false, "document", first.Documents.Count, true),
            r => Text(r) is { } text ? value(text) : null,
            r => [.. Text(r)!.Documents.Select((d, i) => ($"{i}", ofDocument(d), (double)d.Tokens))]);

        JudgedText? Text(JudgedRun run) => run.Texts.FirstOrDefault(t => t.Name == first.Name);
    }

    private static MeasureSource OfTask(JudgedTask first)
    {
        return new MeasureSource(
            new ExperimentMeasure(
                first.Name, first.Score, first.IsDomain, first.Before, MoreIsBetter: true, "item", first.Items.Count,
                true),
            r => Task(r)?.After,
            r => [.. Task(r)!.Items.Select(i => ($"{i.Subset} {i.Item}", i.Score, 1.0))]);

        JudgedTask? Task(JudgedRun run) => run.Tasks.FirstOrDefault(t => t.Name == first.Name);
    }
}
