using MolEngine.Basics.Numerics;
using MolEngine.Runs.Comparisons;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>How sure the changes on a run's held-out documents are.</summary>
internal static class HeldOutMeasures
{
    private const ulong BootstrapSeed = 0;

    /// <summary>
    /// Of each corpus that was validated more than once: the change of its cross-entropy and, of general text, how far
    /// the model moved from the base. Empty where the documents' figures are not there, or of another validation than
    /// the last one, or that of the state which was saved.
    /// </summary>
    public static IReadOnlyList<Measure> Of(RunRecord run)
    {
        IEnumerable<DataPoint> validated = (run.Metrics?.Validation ?? []).SelectMany(s => s.Points);
        double last = run.ExportedStep ?? validated.Select(p => p.X).DefaultIfEmpty(-1).Max();
        return
        [
            .. run.HeldOut.Where(c => c.First.Step < c.Last.Step && c.Last.Step == last).SelectMany(Measures),
        ];
    }

    private static IEnumerable<Measure> Measures(HeldOutCorpus c)
    {
        bool isDomain = c.Kind == "domain";
        PairedChange[] ce =
            [.. c.Tokens.Select((t, i) => new PairedChange(t * (c.Last.CrossEntropy[i] - c.First.CrossEntropy[i]), t))];
        double before = c.Tokens.Zip(c.First.CrossEntropy, (t, x) => t * x).Sum() / c.Tokens.Sum(t => (double)t);
        double p = SignTest.TwoSided(ce.Count(d => d.Sum > 0), ce.Count(d => d.Sum < 0));
        Interval change = PairedBootstrap.Of(ce, BootstrapSeed);
        yield return Measure.OfCrossEntropy(c.Corpus, isDomain, change, before, p, c.Tokens.Count);
        if (isDomain || c.Last.KlDivergence is not { } kl)
            yield break;
        PairedChange[] distances = [.. c.Tokens.Select((t, i) => new PairedChange(t * kl[i], t))];
        Interval moved = PairedBootstrap.Of(distances, BootstrapSeed);
        yield return Measure.OfDistance(c.Corpus, moved, before, c.Tokens.Count);
    }
}
