using System.Globalization;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;

namespace MolEngine.Runs.Tests.Reports;

public sealed class VerdictTests
{
    [Theory]
    [InlineData("3", "2.4", "3.5", "3.5", "Learned the domain, kept the general")]
    [InlineData("3", "2.98", "3.5", "3.4", "Hardly changed on the domain, improved on general text")]
    [InlineData("3", "3.1", "3.5", "3.6", "Did not learn the domain, lost a little of the general")]
    [InlineData("3", "2.4", "3.5", "3.7", "Learned the domain, forgot some of the general")]
    [InlineData("3", "null", "3.5", "null", "Broke on the domain, broke on general text")]
    public void The_headline_follows_the_figures(string d0, string d1, string g0, string g1, string expected)
    {
        string nonFinite = d1 == "null" ? ",\"non_finite\":{\"ce.d\":\"NaN\",\"ce.g\":\"Infinity\"}" : "";
        Verdict verdict = Of($"\"d\":{d0},\"g\":{g0}", $"\"d\":{d1},\"g\":{g1}", nonFinite);
        Assert.Equal(expected, verdict.Headline);
        Assert.Equal(2, verdict.Sentences.Count);
        string after = d1 == "null" ? "not finite" : double.Parse(d1, CultureInfo.InvariantCulture).ToString("F3");
        Assert.Contains($"from 3.000 to {after} nats per token", verdict.Sentences[0]);
    }

    [Fact]
    public void Corpora_of_a_kind_are_averaged()
    {
        Verdict verdict = Of("\"d\":3,\"d2\":1,\"g\":4", "\"d\":2,\"d2\":0.5,\"g\":4");
        Assert.StartsWith(
            "Cross-entropy on held-out domain text (\u2068d\u2069, \u2068d2\u2069) fell from 2.000 to 1.250 nats per "
                + "token (−37.5\u00a0%;",
            verdict.Sentences[0]);
        Assert.Contains("(\u2068g\u2069) stayed at 4.000 nats per token (perplexity 54.60)", verdict.Sentences[1]);
    }

    [Fact]
    public void One_kind_alone_is_enough()
    {
        Assert.Equal("Learned the domain", Of("\"d\":3", "\"d\":2").Headline);
        Assert.Equal("Forgot some of the general", Of("\"g\":3", "\"g\":4").Headline);
    }

    private static Verdict Of(string first, string last, string more = "")
    {
        string lines = $"{{\"step\":0,\"validation\":true,\"ce\":{{{first}}}}}\n"
            + $"{{\"step\":9,\"validation\":true,\"ce\":{{{last}}}{more}}}\n";
        return Verdict.Of(new RunRecord("run", null)
        {
            Facts = ConfigFacts.None with { Corpora = [new("d", "domain"), new("d2", "domain"), new("g", "general")] },
            Metrics = MetricsLog.Read(new StringReader(lines)),
        });
    }
}
