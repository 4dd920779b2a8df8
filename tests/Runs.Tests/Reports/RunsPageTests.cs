using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Runs.SideBySide;

namespace MolEngine.Runs.Tests.Reports;

/// <summary>Several runs on one page.</summary>
public sealed class RunsPageTests
{
    [Fact]
    public void Settings_that_differ_are_named_and_no_others()
    {
        RunRecord a = Run("a", 1.5), b = Run("b", 2.5, "ratio: 2\nlora: {rank: 4, targets: [q]}");
        Assert.Equal(
            [("ratio", "1", "2"), ("lora.rank", null, "4"), ("lora.targets[0]", null, "q")],
            RunSettings.Differing([a, b]).Select(s => (s.Key, s.Values[0], s.Values[1])));
        Assert.Empty(RunSettings.Differing([a, a with { Name = "again" }]));
    }

    [Fact]
    public void Curves_lie_over_each_other_and_outcomes_stand_in_one_table()
    {
        string html = RunsPage.Render([Run("a", 1.5), Run("b<", 2.5)]);
        Assert.Contains("2 runs: a, b&lt;", html);
        Assert.Contains("Validation: bells (domain), cross-entropy", html);
        Assert.Contains("4.000 \u2192 1.500<span class=\"kind\">KL 0.3000</span>", html);
        Assert.Contains("4.000 \u2192 2.500<span class=\"kind\">KL 0.3000</span>", html);
        Assert.Contains("<title>\u2068a\u2069, step 10: 1.500</title>", html);
        Assert.Contains("<title>\u2068b&lt;\u2069, step 10: 2.500</title>", html);
        Assert.Contains("None but where they write.", html);
    }

    private static RunRecord Run(string name, double last, string more = "ratio: 1")
    {
        string config = $"output: {name}\ndata: {{corpora: [{{name: bells, kind: domain}}]}}\n{more}\n";
        string metrics = $$$"""
            {"step":0,"validation":true,"ce":{"bells":4.0},"kl":{"bells":0}}
            {"step":10,"validation":true,"ce":{"bells":{{{last}}}},"kl":{"bells":0.3}}
            """;
        return new RunRecord(name, config)
        {
            Facts = ConfigFacts.Read(config),
            Metrics = MetricsLog.Read(new StringReader(metrics)),
        };
    }
}
