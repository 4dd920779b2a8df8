using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;

namespace MolEngine.Runs.Tests.Reports;

public sealed class VerdictTests
{
    private const int Tokens = 50;

    /// <summary>Every document changes alike, so every interval is narrow: what is said is the change itself.</summary>
    [Theory]
    [InlineData(3, 2.4, 3.5, 3.5, 0.001, "Learned the domain, kept the general")]
    [InlineData(3, 2.98, 3.5, 3.4, 0.001, "Hardly changed on the domain, kept the general")]
    [InlineData(3, 3.1, 3.5, 3.6, 0.001, "Got worse on the domain, lost a little of the general")]
    [InlineData(3, 2.4, 3.5, 3.7, 0.001, "Learned the domain, forgot some of the general")]
    [InlineData(3, 2.4, 3.5, 3.5, 0.2, "Learned the domain, lost a little of the general")]
    [InlineData(3, 2.4, 3.5, 3.5, 0.5, "Learned the domain, forgot some of the general")]
    public void The_headline_follows_the_figures(
        double d0, double d1, double g0, double g1, double kl, string expected)
    {
        Verdict verdict = Verdict.Of(Run(Corpus("d", "domain", 8, d0, d1, 0), Corpus("g", "general", 8, g0, g1, kl)));
        Assert.Equal(expected, verdict.Headline);
        Assert.Equal(3, verdict.Sentences.Count);
        Assert.Contains($"from {d0:F3} to {d1:F3} nats per token", verdict.Sentences[0]);
        Assert.Contains("95\u00a0%", verdict.Sentences[0]);
        Assert.Contains("n\u00a0=\u00a08 documents, sign test p\u00a0=\u00a00.008", verdict.Sentences[0]);
        Assert.Contains("away from the base (KL over the whole vocabulary)", verdict.Sentences[2]);
    }

    /// <summary>Five documents, or changes that go both ways, bear out nothing.</summary>
    [Fact]
    public void Too_little_is_said_to_be_too_little()
    {
        Assert.Equal(
            "Too little to tell whether the domain was learned",
            Verdict.Of(Run(Corpus("d", "domain", 5, 3, 2, 0))).Headline);
        HeldOutCorpus ways = Corpus("d", "domain", 10, 3, 3, 0);
        double[] after = [.. Enumerable.Range(0, 10).Select(i => i % 2 == 0 ? 2.0 : 3.9)];
        Assert.Equal(
            "Too little to tell whether the domain was learned",
            Verdict.Of(Run(ways with { Last = ways.Last with { CrossEntropy = after } })).Headline);
    }

    [Fact]
    public void One_kind_alone_is_enough_and_two_corpora_need_not_agree()
    {
        HeldOutCorpus learned = Corpus("d", "domain", 8, 3, 2, 0), same = Corpus("e", "domain", 8, 3, 3.001, 0);
        Assert.Equal("Learned the domain", Verdict.Of(Run(learned)).Headline);
        Assert.Equal("Learned a part of the domain", Verdict.Of(Run(learned, same)).Headline);
        Assert.Equal("Forgot some of the general", Verdict.Of(Run(Corpus("g", "general", 8, 3, 4, 0.1))).Headline);
    }

    /// <summary>Documents of another validation than the last one say nothing of it.</summary>
    [Fact]
    public void Without_the_documents_of_the_last_validation_nothing_is_claimed()
    {
        RunRecord run = Run(Corpus("d", "domain", 8, 3, 2, 0));
        foreach (RunRecord other in new[]
        {
            run with { HeldOut = [] },
            run with { HeldOut = [.. run.HeldOut.Select(c => c with { Last = c.Last with { Step = 5 } })] },
        })
        {
            Verdict verdict = Verdict.Of(other);
            Assert.Equal("Before and after", verdict.Headline);
            Assert.Contains("held_out.json", verdict.Sentences[^1]);
        }
    }

    [Fact]
    public void Answers_are_told_with_their_test()
    {
        QuestionOutcome[] answers =
        [
            .. Enumerable.Range(0, 10).Select(i => new QuestionOutcome("q", "e", false, "a", i == 9, "b", i < 9)),
        ];
        RunRecord run = Run(Corpus("d", "domain", 8, 3, 2, 0)) with { Questions = new QuestionTable(answers) };
        Assert.Equal(
            "Questions answered: 1 of 10 before training, 9 of 10 after (9 gained and 1 lost; sign test "
                + "p\u00a0=\u00a00.021).",
            Verdict.Of(run).Sentences[^1]);
    }

    /// <summary>Documents whose figures spread, and all change by as much.</summary>
    private static HeldOutCorpus Corpus(string name, string kind, int documents, double first, double last, double kl)
    {
        double[] Spread(double mean) =>
            [.. Enumerable.Range(0, documents).Select(i => mean + (0.1 * (i - ((documents - 1) / 2.0))))];
        double[] Same(double value) => [.. Enumerable.Repeat(value, documents)];
        return new HeldOutCorpus(
            name, kind, [.. Enumerable.Repeat(Tokens, documents)], new HeldOutRound(0, Spread(first), Same(0)),
            new HeldOutRound(9, Spread(last), Same(kl)));
    }

    private static RunRecord Run(params HeldOutCorpus[] corpora)
    {
        string Line(int step, Func<HeldOutCorpus, HeldOutRound> round)
        {
            IEnumerable<string> ce = corpora.Select(c => $"\"{c.Corpus}\":{round(c).CrossEntropy.Average():R}");
            return $"{{\"step\":{step},\"validation\":true,\"ce\":{{{string.Join(',', ce)}}}}}\n";
        }

        return new RunRecord("run", null)
        {
            Facts = ConfigFacts.None with { Corpora = [.. corpora.Select(c => new CorpusFacts(c.Corpus, c.Kind))] },
            Metrics = MetricsLog.Read(new StringReader(Line(0, c => c.First) + Line(9, c => c.Last))),
            HeldOut = corpora,
        };
    }
}
