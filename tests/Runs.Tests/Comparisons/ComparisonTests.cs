using System.Text.Json.Nodes;
using System.Xml.Linq;
using MolEngine.Basics.Numerics;
using MolEngine.Runs.Comparisons;
using MolEngine.Runs.Reports;

namespace MolEngine.Runs.Tests.Comparisons;

/// <summary>Verdicts, tables and pages of comparisons, from figures.</summary>
public sealed class ComparisonTests
{
    private static readonly Comparison Both = new(
        "models/<base>",
        [
            Model("mol", general: new(0.05, 0.03, 0.07), kl: 0.05, lost: 2, gained: 1, p: 0.9),
            Model("c&e", general: new(0.6, 0.5, 0.7), kl: 0.4, lost: 12, gained: 3, p: 0.02),
        ],
        2000, 42, 31, ["Computed here."])
    {
        Distances = [new("general", "mol", "c&e", 0.05, 0.4, new(0.35, 0.3, 0.4), 0.001, 10, 1000)],
    };

    [Theory]
    [InlineData(0.005, 0.001, 0.009, 0.001, 40, Finding.Same)]
    [InlineData(-0.003, -0.015, 0.009, 0.5, 40, Finding.Same)]
    [InlineData(0.02, -0.01, 0.05, 0.2, 40, Finding.Unclear)]
    [InlineData(0.5, 0.4, 0.6, 0.06, 40, Finding.Unclear)]
    [InlineData(0.5, 0.4, 0.6, 0.01, 5, Finding.Unclear)]
    [InlineData(0.05, 0.03, 0.07, 0.01, 40, Finding.ALittleWorse)]
    [InlineData(0.2, 0.01, 0.4, 0.01, 40, Finding.Worse)]
    [InlineData(-0.2, -0.4, -0.01, 0.01, 40, Finding.Better)]
    public void A_change_is_found_where_interval_and_test_agree(
        double change, double low, double high, double p, int n, Finding finding) => Assert.Equal(
        finding, new Measure("g", false, new(change, low, high), 2, p, n, "document", "nats", "sign test").Finding);

    /// <summary>A distance is no gain, and is far from a tenth of the base's cross-entropy on.</summary>
    [Theory]
    [InlineData(0.01, 0.005, 0.019, 40, Finding.Same)]
    [InlineData(0.015, 0.005, 0.03, 40, Finding.Unclear)]
    [InlineData(0.05, 0.03, 0.07, 40, Finding.ALittleWorse)]
    [InlineData(0.3, 0.25, 0.35, 40, Finding.Worse)]
    [InlineData(0.3, 0.25, 0.35, 5, Finding.Unclear)]
    public void A_distance_is_judged_by_its_size(double kl, double low, double high, int n, Finding finding)
    {
        Measure measure = new("g", false, new(kl, low, high), 2, null, n, "document", Measure.Distance, "");
        Assert.Equal(finding, measure.Finding);
    }

    /// <summary>A model that predicts general text better and has moved far from the base has forgotten.</summary>
    [Fact]
    public void Better_figures_do_not_hide_a_move()
    {
        ComparedModel tuned = Model("m", general: new(-0.3, -0.4, -0.2), kl: 0.5, lost: 0, gained: 0, p: 1);
        string said = string.Join(' ', ComparisonVerdict.Of(Of(tuned)).Sentences);
        Assert.Equal("m forgot", ComparisonVerdict.Of(Of(tuned)).Headline);
        Assert.Contains("does better on general", said);
        Assert.Contains("moved far on general (+0.5000 nats a token away from the base (KL over the", said);
    }

    /// <summary>Models of one finding are told apart where that is sure.</summary>
    [Fact]
    public void The_farthest_is_named()
    {
        ComparedModel near = Model("a", general: new(0.6, 0.5, 0.7), kl: 0.3, lost: 0, gained: 0, p: 1);
        Comparison both = Both with { Models = [near, near with { Name = "b" }] };
        DistanceChange distance = new("general", "a", "b", 0.3, 0.6, new(0.3, 0.2, 0.4), 0.01, 10, 1000);
        string Head(DistanceChange d) => ComparisonVerdict.Of(both with { Distances = [d] }).Headline;
        Assert.Equal("a and b forgot: b moved farthest", Head(distance));
        Assert.Equal("a and b forgot", Head(distance with { P = 0.2 }));
        Assert.Contains("too little to tell whether b moved farther than a", ComparisonVerdict.Of(
            both with { Distances = [distance with { P = 0.2 }] }).Sentences[0]);
    }

    [Fact]
    public void The_headline_says_which_one_forgot()
    {
        var verdict = ComparisonVerdict.Of(Both);
        Assert.Equal("c&e forgot; mol lost a little", verdict.Headline);
        Assert.StartsWith(
            "On general, c&e moved 8 times as far from the base as mol (KL 0.4000 against 0.05000",
            verdict.Sentences[0]);
        string mol = verdict.Sentences[1].Replace('\u00a0', ' ');
        Assert.Contains("; learned bells (", mol);
        Assert.StartsWith(
            "mol lost a little of general (+0.05000 nats a token, 95 % +0.03000 to +0.07000, n = 10 documents, sign "
                + "test p < 0.001)",
            mol);
        Assert.Contains(
            "quiz (\u22120.02500 acc, 95 % \u22120.1000 to +0.05000, n = 40 items, 2 lost and 1 gained, McNemar p = "
                + "0.9)",
            mol);
    }

    /// <summary>The worst of several measures decides, whatever their mean.</summary>
    [Fact]
    public void A_loss_is_not_hidden_behind_gains()
    {
        ComparedModel model = Model("m", general: new(0.6, 0.5, 0.7), kl: 1, lost: 0, gained: 39, p: 1e-9);
        Assert.Equal(Finding.Worse, ComparisonVerdict.OfGeneral(model));

        // As many right answers lost as gained: the mean says nothing, and the verdict says so.
        ComparedModel swapped = Model("m", general: new(0, 0, 0), kl: 0, lost: 12, gained: 12, p: 1);
        swapped = swapped with { Texts = [] };
        Assert.True(swapped.Tasks[0].Measure.HidesLosses);
        Assert.Contains(
            "the mean hides 12 right answers that went wrong", ComparisonVerdict.Of(Of(swapped)).Sentences[0]);
        Assert.Equal("m lost a little", ComparisonVerdict.Of(Of(swapped)).Headline);
        ComparedModel unsure = swapped with { Tasks = [swapped.Tasks[0] with { Guessed = 8, LostP = 0.09 }] };
        Assert.False(unsure.Tasks[0].Measure.HidesLosses);
        ComparedModel guessed = swapped with { Tasks = [swapped.Tasks[0] with { Guessed = 11 }] };
        Assert.False(guessed.Tasks[0].Measure.HidesLosses);
        Assert.Equal("too little to tell whether m forgot", ComparisonVerdict.Of(Of(guessed)).Headline);
        Assert.StartsWith(
            "nothing general was measured of m", ComparisonVerdict.Of(Of(swapped with { Tasks = [] })).Headline);
    }

    [Fact]
    public void The_page_has_everything_and_needs_nothing()
    {
        string html = ComparisonPage.Render(Both);
        XElement page = XElement.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]);
        static string? Class(XElement e) => (string?)e.Attribute("class");
        string[] Texts(string name) => [.. page.Descendants(name).Select(e => e.Value)];
        Assert.Equal("c&e forgot; mol lost a little", page.Descendants("p").First(
            p => Class(p) == "headline").Value);
        Assert.Equal(
            ["Before and after", "Gain and drop", "How far it moved", "Answers lost and gained",
                "What changed most: mol", "What changed most: c&e", "How it was measured"], Texts("h2"));
        Assert.Empty(page.Descendants("script"));
        Assert.DoesNotContain("http", html.Replace("http-equiv", ""));
        Assert.Contains("default-src 'none'", html.Replace("&#39;", "'"));

        // A point of each model and the base, the one that forgot to the right of the other.
        double[] all = [.. page.Descendants("circle").Select(c => (double)c.Attribute("cx")!)];
        Assert.Equal(6, all.Length);
        Assert.All(all.Chunk(3), at => Assert.True(at[0] < at[1] && at[1] < at[2], string.Join(' ', at)));
        Assert.Contains(page.Descendants("span"), s => s.Value == "forgot" && Class(s) == "kind worse");
        Assert.Contains(page.Descendants("td"), d => d.Value.Contains("12 (10)"));
        Assert.Equal(20, page.Descendants("table").Where(t => Class(t) == "asked stacked")
            .Sum(t => t.Descendants("tr").Count() - 1));
    }

    /// <summary>On a narrow screen a table's cells stand below each other: each says what it is of.</summary>
    [Fact]
    public void A_cell_says_what_it_is_of()
    {
        string html = ComparisonPage.Render(Both);
        XElement page = XElement.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]);
        XElement[] stacked = [.. page.Descendants("table").Where(t => (string?)t.Attribute("class") == "stacked")];
        Assert.Equal(3, stacked.Length);
        foreach (XElement row in stacked.SelectMany(t => t.Descendants("tbody").Single().Elements("tr")))
        {
            XElement[] heads = [.. row.Ancestors("table").Single().Descendants("thead").Single().Descendants("th")];
            Assert.Equal(
                heads.Skip(1).Select(h => h.Value.ReplaceLineEndings(" ")),
                row.Elements("td").Select(d => (string?)d.Attribute("data-of")));
        }
    }

    /// <summary>The way of a run leads from the base through its checkpoints to its end.</summary>
    [Fact]
    public void Checkpoints_are_points_on_the_way()
    {
        ComparedModel model = Model("m", general: new(0.6, 0.5, 0.7), kl: 0.4, lost: 0, gained: 0, p: 1);
        CheckpointChange Half(long step, double part) => new(
            step,
            [Text("bells", true, new(-3 * part, -4, -1), part), Text("general", false, new(0, 0, 0), 0.4 * part)]);
        Comparison comparison = Of(model with { Checkpoints = [Half(10, 0.25), Half(20, 0.75)] });
        string html = ComparisonPage.Render(comparison);
        XElement page = XElement.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]);
        XElement picture = page.Descendants("figure").Single(f => (string?)f.Attribute("id") == "distance");
        double[] across = [.. picture.Descendants("circle").Select(c => (double)c.Attribute("cx")!)];
        double[] up = [.. picture.Descendants("circle").Select(c => -(double)c.Attribute("cy")!)];

        // The base, the two checkpoints, and the model, each farther and higher than the one before.
        Assert.Equal(4, across.Length);
        Assert.Equal(across.Order(), across);
        Assert.Equal(up.Order(), up);
        Assert.Equal(3 * (across[1] - across[0]), across[2] - across[0], 0.1);
        Assert.Equal("m, step 10: gained 0.7500, lost 0.1000", picture.Descendants("title").ElementAt(1).Value);
        using var stream = new MemoryStream();
        ComparisonJson.Write(stream, comparison);
        JsonNode way = JsonNode.Parse(stream.ToArray())!["models"]![0]!["checkpoints"]!;
        Assert.Equal((10, 20), ((int)way[0]!["step"]!, (int)way[1]!["step"]!));
        Assert.Equal(0.3, (double)way[1]!["texts"]![1]!["kl_model_base"]!["full"]!["value"]!, 1e-9);
    }

    [Fact]
    public void The_table_begins_with_the_verdict()
    {
        string[] lines = [.. ComparisonTable.Lines(Both)];
        Assert.Equal("c&e forgot; mol lost a little", lines[0]);
        Assert.Contains(
            lines, l => l.Contains("general (general)")
                && l.Contains("2.0000 ->    2.6000   +0.6000  +0.5000 .. +0.7000"));
        Assert.Contains(lines, l => l.Contains(
            "12 right to wrong, 3 wrong to right (2 each way by guessing alone: 10 and 1 beyond it)"));
        Assert.Contains("Computed here.", lines);
    }

    [Fact]
    public void Json_has_every_figure()
    {
        using var stream = new MemoryStream();
        ComparisonJson.Write(stream, Both);
        JsonNode json = JsonNode.Parse(stream.ToArray())!;
        Assert.Equal("c&e forgot; mol lost a little", (string)json["verdict"]!);
        JsonNode text = json["models"]![1]!["texts"]![1]!;
        Assert.Equal(0.4, (double)text["kl_model_base"]!["full"]!["value"]!);
        Assert.Equal(0.1, (double)text["kl_model_base"]!["gap"]!, 1e-9);
        Assert.Equal(10, text["documents"]!.AsArray().Count);
        JsonNode task = json["models"]![1]!["tasks"]![0]!;
        Assert.Equal(
            (12, 2.0, 10.0),
            ((int)task["lost"]!, (double)task["by_guessing"]!, (double)task["lost_adjusted"]!));
        Assert.Equal(40, task["items"]!.AsArray().Count);
        Assert.Equal(0.9, (double)json["models"]![0]!["changed_most"]![0]!["drop"]!);
    }

    private static Comparison Of(ComparedModel model) => Both with { Models = [model], Distances = [] };

    private static ComparedModel Model(
        string name, Interval general, double kl, int lost, int gained, double p) => new(
        name, $"runs/{name}",
        [Text("bells", true, new(-3, -3.2, -2.8), 2 * kl), Text("general", false, general, kl)],
        [
            new TaskChange(
                "quiz", false, "acc", ["0 shots"], 0.5, 0.5 + ((gained - lost) / 40.0),
                new((gained - lost) / 40.0, -0.1, 0.05), lost, gained, p, name == "m" ? null : 2, (0.1, 0.2),
                [
                    .. Enumerable.Range(0, 40).Select(i => new ItemChange(
                        "", i, $"What is {i}?", "A", "A", "B", 1, 0, 0.95, 0.05, i == 3 ? 0.9 : i < 20 ? 0.2 : 0)),
                ])
            {
                IsRightOrWrong = true,
                LostP = name == "m" ? null : 1e-6,
            },
        ]);

    private static TextChange Text(string name, bool isDomain, Interval change, double kl) => new(
        name, isDomain, 1000, 2, change, 0.0001, new KlFigures(new(kl, kl / 2, 2 * kl), 0.75 * kl, 0.25 * kl),
        new KlFigures(new(kl, kl / 2, 2 * kl), kl, 0), 0.9, 0.8, 0.7,
        [.. Enumerable.Range(0, 10).Select(_ => new DocumentChange(100, 2, 2 + change.Value, kl, kl))]);
}
