using MolEngine.Basics.Numerics;
using MolEngine.Runs.Experiments;

namespace MolEngine.Trainer.Experiments;

/// <summary>Makes of judged runs the figures of their experiment.</summary>
internal static class ExperimentFigures
{
    /// <summary>Of the bootstrap, as comparisons have it.</summary>
    private const ulong Seed = 42;

    /// <param name="cells">In the order of the spec; at least one has a run.</param>
    public static Experiment Of(ExperimentSpec spec, string model, IReadOnlyList<JudgedCell> cells)
    {
        JudgedRun[] runs = [.. cells.SelectMany(c => c.Runs).Select(r => r.Run)];
        IReadOnlyList<MeasureSource> measures = MeasureSource.Of(runs);
        JudgedCell baseline = cells.First(c => c.Cell == spec.Baseline);
        return new Experiment(
            spec.Name, model, spec.Baseline.Name, [.. measures.Select(m => m.Measure)],
            [
                .. cells.Select(c => new CellFigures(
                    c.Cell.Name, c.Cell.Own, spec.Seeds.Count, [.. measures.Select(m => Value(m, c, baseline))])),
            ],
            [.. Pictures(cells, runs)],
            [.. Notes(spec, measures)]);
    }

    private static CellValue? Value(MeasureSource measure, JudgedCell cell, JudgedCell baseline)
    {
        (ulong, double)[] values =
        [
            .. cell.Runs.Where(r => measure.Value(r.Run) is not null)
                .Select(r => (r.Seed, measure.Value(r.Run)!.Value)),
        ];
        return values.Length == 0 ? null : new CellValue(
            values, cell == baseline ? null : Against(measure, cell, baseline));
    }

    /// <summary>
    /// Pairs are of the same seed and the same document or item; of a document the seeds' differences are averaged
    /// first, as they are no draws of their own: seeds answer the same question alike.
    /// </summary>
    private static PairedTest? Against(MeasureSource measure, JudgedCell cell, JudgedCell baseline)
    {
        (JudgedRun Own, JudgedRun Other)[] seeds =
        [
            .. cell.Runs.Where(r => measure.Value(r.Run) is not null)
                .Join(
                    baseline.Runs.Where(r => measure.Value(r.Run) is not null), r => r.Seed, r => r.Seed,
                    (own, other) => (own.Run, other.Run)),
        ];
        if (seeds.Length == 0)
            return null;
        var sums = new Dictionary<string, (double Sum, double Weight, int Seeds)>();
        foreach ((JudgedRun own, JudgedRun other) in seeds)
        {
            foreach (((string Name, double Value, double Weight) a, (string Name, double Value, double Weight) b) in
                measure.Pairs(own).Join(measure.Pairs(other), p => p.Name, p => p.Name, (a, b) => (a, b)))
            {
                (double sum, _, int count) = sums.GetValueOrDefault(a.Name);
                sums[a.Name] = (sum + a.Value - b.Value, a.Weight, count + 1);
            }
        }

        PairedChange[] changes =
        [
            .. sums.Values.Where(s => s.Seeds == seeds.Length)
                .Select(s => new PairedChange(s.Weight * s.Sum / s.Seeds, s.Weight)),
        ];
        if (changes.Length == 0)
            return null;
        int higher = changes.Count(c => c.Sum > 0), lower = changes.Count(c => c.Sum < 0);
        return new PairedTest(
            PairedBootstrap.Of(changes, Seed), higher, lower, SignTest.TwoSided(higher, lower), changes.Length,
            seeds.Length);
    }

    private static IEnumerable<GainPicture> Pictures(IReadOnlyList<JudgedCell> cells, JudgedRun[] runs)
    {
        string[] texts = Common(runs, r => r.Texts.Select(t => t.Name));
        string[] tasks = Common(runs, r => r.Tasks.Where(t => t.IsRightOrWrong).Select(t => t.Name));
        const string Nats = "nats a token", Fell = "domain text: cross-entropy fell by";
        IEnumerable<GainPicture> all =
        [
            Picture("distance", "Gain and distance: texts", Nats, Fell, "general text: KL(run || base)",
                r => Mean(Texts(r, true), t => t.CeBefore - t.CeAfter), r => Mean(Texts(r, false), t => t.ReverseKl)),
            Picture("texts", "Gain and drop: texts", Nats, Fell, "general text: cross-entropy rose by",
                r => Mean(Texts(r, true), t => t.CeBefore - t.CeAfter),
                r => Mean(Texts(r, false), t => t.CeAfter - t.CeBefore)),
            Picture("tasks", "Gain and drop: tasks", "share of items", "domain tasks: score rose by",
                "general tasks: score fell by", r => Mean(Tasks(r, true), t => t.After - t.Before),
                r => Mean(Tasks(r, false), t => t.Before - t.After)),
            Picture("answers", "Answers and distance", "share of items; nats a token", "domain tasks: score rose by",
                "general text: KL(run || base)", r => Mean(Tasks(r, true), t => t.After - t.Before),
                r => Mean(Texts(r, false), t => t.ReverseKl)),
        ];
        return all.Where(p => p.Points.Count > 0);

        JudgedText[] Texts(JudgedRun r, bool isDomain) =>
            [.. r.Texts.Where(t => t.IsDomain == isDomain && texts.Contains(t.Name))];

        JudgedTask[] Tasks(JudgedRun r, bool isDomain) =>
            [.. r.Tasks.Where(t => t.IsDomain == isDomain && tasks.Contains(t.Name))];

        static double? Mean<T>(T[] all, Func<T, double> of) => all.Length == 0 ? null : all.Average(of);

        GainPicture Picture(
            string id, string title, string unit, string gain, string loss, Func<JudgedRun, double?> gains,
            Func<JudgedRun, double?> losses) => new(id, title, unit, gain, loss, GainPoint.Of(
            [
                .. cells.Select(c => (c.Cell.Name, Points(c, gains, losses))).Where(c => c.Item2.Count > 0),
            ]));
    }

    private static IReadOnlyList<(ulong Seed, double Gain, double Loss)> Points(
        JudgedCell cell, Func<JudgedRun, double?> gains, Func<JudgedRun, double?> losses) =>
    [
        .. cell.Runs.Where(r => gains(r.Run) is not null && losses(r.Run) is not null)
            .Select(r => (r.Seed, gains(r.Run)!.Value, losses(r.Run)!.Value)),
    ];

    /// <summary>Names that every run has: means over others would compare unlike things.</summary>
    private static string[] Common(JudgedRun[] runs, Func<JudgedRun, IEnumerable<string>> names) =>
        [.. names(runs[0]).Where(n => runs.All(r => names(r).Contains(n)))];

    private static IEnumerable<string> Notes(ExperimentSpec spec, IReadOnlyList<MeasureSource> measures)
    {
        yield return $"Seeds {string.Join(", ", spec.Seeds)}; \u00b1 is the standard deviation over seeds "
            + "(n \u2212 1), n the number of runs.";
        yield return $"Against {spec.Baseline.Name}: pairs are of the same seed and the same document or item. Their "
            + "differences are averaged over the seeds first, so that a question counts once; intervals are of 95 %, "
            + $"by a bootstrap over documents or items ({PairedBootstrap.Resamples:N0} draws, seed {Seed}), and p is "
            + "of an exact two-sided sign test, which of right and wrong answers of one seed is McNemar's. They say "
            + "how surely these runs differ on other questions of the kind; how other seeds would come out, the spread "
            + "says. p is not adjusted for the number of tests.";
        yield return "Best, in Pareto's sense, is a cell of which no other gained as much or more for the same loss or "
            + "less, by means over seeds: the spread is not looked at.";
        string[] some = [.. measures.Where(m => !m.Measure.IsOfAll).Select(m => m.Measure.Name).Distinct()];
        if (some.Length > 0)
        {
            yield return $"Not every run has {string.Join(", ", some)}: shown for those that have, and in no mean over "
                + "measures.";
        }
    }
}
