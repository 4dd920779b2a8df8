using MolEngine.Runs.Experiments;
using MolEngine.Trainer.Experiments;

namespace MolEngine.Trainer.Tests.Experiments;

/// <summary>Figures of an experiment against a case that was computed by hand.</summary>
public sealed class ExperimentFiguresTests
{
    private static readonly JudgeSettings Judge = new([], [], [], [], true, null, false);

    /// <summary>
    /// Two cells, two seeds, eight questions, two texts of 10 and 30 tokens. Of questions 2 to 5 both seeds of b gain
    /// one, of 1 and 6 one seed does: (0.5 + 4 + 0.5) / 8 = 0.625, six better and none worse, p = 2 / 2^6. The shorter
    /// text is 0.2 worse: 0.2 x 10 / 40 = 0.05 a token.
    /// </summary>
    [Fact]
    public void Means_spreads_and_paired_tests_are_those_of_the_hand()
    {
        Experiment figures = Figures(
            ("a", [Run([0, 1], 2.0), Run([0], 2.0)]),
            ("b", [Run([0, 1, 2, 3, 4, 5], 2.2), Run([0, 1, 2, 3, 4, 5, 6], 2.2)]));
        CellValue a = Value(figures, "a", "asked", "answered"), b = Value(figures, "b", "asked", "answered");
        Assert.Equal([(1UL, 0.25), (2UL, 0.125)], a.Values);
        Assert.Null(a.Against);
        Assert.Equal((2, 0.8125), (b.N, b.Mean));
        Assert.Equal(0.125 / Math.Sqrt(2), b.Spread!.Value, 1e-12);
        PairedTest test = b.Against!;
        Assert.Equal((0.625, 6, 0, 8, 2), (test.Difference.Value, test.Higher, test.Lower, test.N, test.Seeds));
        Assert.Equal(2 / 64.0, test.P, 1e-12);
        Assert.True(test.IsSure);
        Assert.InRange(test.Difference.Low, 0.2, 0.6);

        PairedTest text = Value(figures, "b", "prose", "cross-entropy").Against!;
        Assert.Equal((0.05, 1, 0, 2), (Math.Round(text.Difference.Value, 12), text.Higher, text.Lower, text.N));
        Assert.False(text.IsSure);
        ExperimentMeasure measure = figures.Measures.Single(m => m.Name == "prose" && m.What == "cross-entropy");
        Assert.Equal((2.75, false, false, 2), (measure.Before, measure.MoreIsBetter, measure.IsDomain, measure.N));
    }

    /// <summary>A seed that only one of the cells has is in its mean and in no pair.</summary>
    [Fact]
    public void Pairs_are_of_seeds_that_both_cells_have()
    {
        Experiment figures = Figures(("a", [Run([0], 2.0)]), ("b", [Run([0, 1], 2.0), Run([], 2.0)]));
        CellValue b = Value(figures, "b", "asked", "answered");
        Assert.Equal((2, 0.125), (b.N, b.Mean));
        Assert.Equal((1, 0.125), (b.Against!.Seeds, b.Against.Difference.Value));
    }

    /// <summary>What not every run was measured by is shown, last, and counts in no mean over measures.</summary>
    [Fact]
    public void A_measure_that_not_every_run_has_is_in_no_picture()
    {
        JudgedRun more = Run([0, 1, 2], 2.0) with
        {
            Texts =
            [
                .. Run([], 2.0).Texts,
                new JudgedText("else", false, 10, 1, 9, 5, 5, [new JudgedDocument(10, 9, 5, 5)]),
            ],
        };
        Experiment figures = Figures(("a", [Run([0], 2.0)]), ("b", [more]));
        Assert.Equal("else", figures.Measures[^1].Name);
        Assert.False(figures.Measures[^1].IsOfAll);
        Assert.Contains(figures.Notes, n => n.Contains("Not every run has else"));
        GainPicture picture = figures.Pictures.Single(p => p.Id == "answers");
        Assert.Equal([("a", 0.125, 0.1), ("b", 0.375, 0.1)], picture.Points.Select(p => (p.Cell, p.Gain, p.Loss)));
        Assert.Equal([false, true], picture.Points.Select(p => p.IsBest));
    }

    private static Experiment Figures(params (string Name, JudgedRun[] Runs)[] cells)
    {
        ExperimentCell[] all = [.. cells.Select(c => new ExperimentCell(c.Name, [], []))];
        var spec = new ExperimentSpec("e", "e.yaml", null, [1, 2], all, all[0], Judge);
        return ExperimentFigures.Of(
            spec, "m",
            [.. all.Zip(cells, (a, c) => new JudgedCell(a, [.. c.Runs.Select((r, i) => ((ulong)i + 1, r))]))]);
    }

    private static CellValue Value(Experiment figures, string cell, string measure, string what)
    {
        int place = figures.Measures.Index().Single(m => m.Item.Name == measure && m.Item.What == what).Index;
        return figures.Cells.Single(c => c.Name == cell).Values[place]!;
    }

    /// <summary>
    /// A run that answers some of eight questions, and whose cross-entropy on the shorter text is given.
    /// </summary>
    private static JudgedRun Run(int[] right, double shorter) => new(
        [
            new JudgedText(
                "prose", false, 40, 2.75, ((10 * shorter) + (30 * 3.0)) / 40, 0.1, 0.2,
                [new JudgedDocument(10, shorter, 0.1, 0.2), new JudgedDocument(30, 3.0, 0.1, 0.2)]),
        ],
        [
            new JudgedTask(
                "asked", true, "answered", true, 0, right.Length / 8.0,
                [.. Enumerable.Range(0, 8).Select(i => new JudgedItem("", i, right.Contains(i) ? 1 : 0))]),
        ]);
}
