using System.Text;
using System.Text.Json.Nodes;
using MolEngine.Basics.Numerics;
using MolEngine.Runs.Experiments;

namespace MolEngine.Runs.Tests.Experiments;

/// <summary>What an experiment is shown as: page, table to paste, JSON.</summary>
public sealed class ExperimentPageTests
{
    private static readonly Experiment Shown = new(
        "alpha & ratio", "models/<b>", "mol",
        [
            new ExperimentMeasure("asked", "acc", true, 0.1, true, "item", 40, true),
            new ExperimentMeasure("prose", "KL(run || base)", false, 0, false, "document", 26, true),
        ],
        [
            new CellFigures("mol", [], 2,
                [new CellValue([(1, 0.5), (2, 0.7)], null), new CellValue([(1, 0.2), (2, 0.4)], null)]),
            new CellFigures("ce", ["loss.kind=ce"], 2,
                [
                    new CellValue([(1, 0.6)], new PairedTest(new Interval(0.1, -0.05, 0.2), 5, 1, 0.2188, 40, 1)),
                    new CellValue([(1, 0.9)], new PairedTest(new Interval(0.7, 0.5, 0.9), 26, 0, 3e-8, 26, 1)),
                ]),
            new CellFigures("none", ["steps=1"], 2, [null, null]),
        ],
        [
            new GainPicture("p", "Gain", "nats", "gain", "loss", GainPoint.Of(
                [("mol", [(1, 0.4, 0.2), (2, 0.6, 0.4)]), ("ce", [(1, 0.5, 0.9)])])),
        ],
        ["A note."])
    {
        Failures = [("none, seed 1", "a <disk> is full")],
    };

    [Fact]
    public void The_page_has_means_spreads_tests_and_escapes_names()
    {
        string html = ExperimentPage.Render(Shown);
        Assert.Contains("alpha &amp; ratio", html);
        Assert.DoesNotContain("models/<b>", html);
        Assert.Contains("a &lt;disk&gt; is full", html);
        Assert.Contains("3 of 6 runs done and judged", html);
        Assert.Contains("0.6000<span class=\"kind\"> \u00b1 0.1414</span>", html);
        Assert.Contains("<b class=\"worse\">+0.7000</b>", html);
        Assert.Contains("<b class=\"soft\">+0.1000</b>", html);
        Assert.Contains("no other cell has more for less: 1 mol.", html);
        Assert.Equal(1, html.Split("class=\"ring").Length - 1);
        Assert.Equal(3 + 2 + 1, html.Split("<circle").Length - 1);
    }

    [Fact]
    public void The_table_to_paste_is_markdown()
    {
        string[] lines = ExperimentMarkdown.Render(Shown).Split('\n');
        Assert.Contains(
            "| cell | asked, acc (domain, 40 items) | prose, KL(run \\|\\| base) (general, 26 documents) |", lines);
        Assert.Contains("| base | 0.1000 | 0 |", lines);
        Assert.Contains("| mol | 0.6000 \u00b1 0.1414 | 0.3000 \u00b1 0.1414 |", lines);
        Assert.Contains("| ce | 0.6000 | **0.9000** |", lines);
        Assert.Contains("| none | \u2013 | \u2013 |", lines);
        Assert.Contains("(n = 0 to 2 runs a cell)", string.Join(' ', lines));
    }

    [Fact]
    public void The_json_has_every_seed_and_test()
    {
        using var to = new MemoryStream();
        ExperimentJson.Write(to, Shown);
        JsonNode json = JsonNode.Parse(Encoding.UTF8.GetString(to.ToArray()))!;
        JsonNode mol = json["cells"]![0]!["measures"]![0]!, ce = json["cells"]![1]!["measures"]![1]!;
        Assert.Equal((0.5, 0.7), ((double)mol["by_seed"]!["1"]!, (double)mol["by_seed"]!["2"]!));
        Assert.Equal(0.1414, (double)mol["standard_deviation"]!, 1e-4);
        Assert.Null(mol["against_baseline"]);
        Assert.Equal((0.7, 3e-8, 26), (
            (double)ce["against_baseline"]!["difference"]!, (double)ce["against_baseline"]!["p"]!,
            (int)ce["against_baseline"]!["n"]!));
        Assert.Empty(json["cells"]![2]!["measures"]!.AsArray());
        Assert.Equal([true, false], json["pictures"]![0]!["cells"]!.AsArray().Select(c => (bool)c!["best"]!));
    }

    /// <summary>
    /// A cell is best where no other has at least its gain for at most its loss; equals are both best.
    /// </summary>
    [Fact]
    public void Pareto_best_is_what_no_other_cell_beats()
    {
        IReadOnlyList<GainPoint> points = GainPoint.Of(
        [
            ("much", [(1, 5.0, 3.0)]), ("little", [(1, 1.0, 0.5)]), ("beaten", [(1, 4.9, 3.0)]),
            ("same", [(1, 5.0, 3.0)]),
            ("worst", [(1, 0.5, 9.0), (2, 0.7, 1.0)]),
        ]);
        Assert.Equal([true, true, false, true, false], points.Select(p => p.IsBest));
        Assert.Equal((0.6, 5.0), (points[4].Gain, points[4].Loss));
    }
}
