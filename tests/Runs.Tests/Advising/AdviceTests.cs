using FsCheck;
using MolEngine.Runs.Advising;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Support;

namespace MolEngine.Runs.Tests.Advising;

/// <summary>What a run says of itself, and when it keeps silent.</summary>
public sealed class AdviceTests
{
    private static readonly CorpusFacts[] Corpora = [new("medical", "domain"), new("books", "general")];

    [Fact]
    public void A_plateau_is_told_with_its_figures()
    {
        Assert.Equal(
            "validation CE of medical has not fallen for 3 validations (2.281, 2.282, 2.281; lowest before 2.280): "
                + "more steps are unlikely to help. stop_early ends such a run",
            AdviceRules.OfPlateau("medical", [3, 2.28, 2.281, 2.282, 2.281]));

        // Too few, a fall by more than a thousandth, a rise by more than a hundredth, and one that never fell.
        Assert.Null(AdviceRules.OfPlateau("m", [3, 2.28, 2.281, 2.282]));
        Assert.Null(AdviceRules.OfPlateau("m", [3, 2.28, 2.281, 2.282, 2.277]));
        Assert.Null(AdviceRules.OfPlateau("m", [3, 2.28, 2.281, 2.304, 2.281]));
        Assert.Null(AdviceRules.OfPlateau("m", [3, 3, 3, 3, 3]));
    }

    [Fact]
    public void A_divergence_says_whether_the_rows_are_learned_meanwhile()
    {
        double[] ce = [3, 2.5, 2.51, 2.6, 2.7];
        Assert.Equal(
            "validation CE of medical has risen for 3 validations in a row (2.500, 2.510, 2.600, 2.700), to 8.0 % "
                + "above its lowest, while that of the rows it is trained on fell (2.000 to 1.500): they are learned "
                + "by heart. Fewer epochs or more text help; checkpoint: best keeps the model from before",
            AdviceRules.OfDivergence("medical", ce, (2, 1.5)));
        Assert.EndsWith(
            "and the rows it is trained on are not learned meanwhile: optimizer.learning_rate is too high",
            AdviceRules.OfDivergence("medical", ce, (2, 2.5)));
        Assert.Null(AdviceRules.OfDivergence("m", [3, 2.5, 2.6, 2.6, 2.7], null));
        Assert.Null(AdviceRules.OfDivergence("m", [3, 2.5, 2.505, 2.51, 2.52], null));
        Assert.Null(AdviceRules.OfDivergence("m", [2.5, 2.6, 2.7], null));
    }

    [Fact]
    public void Forgetting_is_told_of_general_text_that_gets_worse_and_worse()
    {
        Assert.Equal(
            "books is being forgotten, more at each of 3 validations: CE 3.000, 3.020, 3.050, 3.090, 3.0 % above that "
                + "before the first step, KL to the base 0.05000. A lower optimizer.learning_rate or a higher ratio "
                + "holds it; stop_early.max_general_kl bounds it",
            AdviceRules.OfForgetting("books", [3, 3.02, 3.05, 3.09], 0.05));
        Assert.Null(AdviceRules.OfForgetting("b", [3, 3.01, 3.02, 3.025], 0.05));
        Assert.Null(AdviceRules.OfForgetting("b", [3, 3.05, 3.04, 3.09], 0.05));
    }

    [Fact]
    public void Text_that_repeats_is_told_beyond_four_times()
    {
        Assert.StartsWith("medical is seen 12 times (1 row, 12 of", AdviceRules.OfRepeats("medical", 1, 12));
        Assert.Null(AdviceRules.OfRepeats("medical", 100, 400));
        Assert.NotNull(AdviceRules.OfRepeats("medical", 100, 401));
        Assert.Null(AdviceRules.OfRepeats("medical", 0, 0));

        // Of general text only the distance counts.
        var advisor = new Advisor(Corpora);
        Assert.Empty(advisor.Plan("books", 1, 100));
        Assert.Single(advisor.Plan("medical", 1, 100));
        Assert.Empty(advisor.Plan("medical", 1, 100));
    }

    /// <summary>Each validation better than the one before by more than nothing: whatever the speed.</summary>
    [Property]
    public void Of_a_run_that_gets_better_nothing_is_said(int seed, PositiveInt validations)
    {
        var random = new System.Random(seed);
        var advisor = new Advisor(Corpora);
        (double domain, double general) = (1 + (5 * random.NextDouble()), 1 + (5 * random.NextDouble()));
        for (int i = 0; i <= validations.Get % 60; i++)
        {
            advisor.Step([("medical", random.NextDouble()), ("books", random.NextDouble())]);
            Assert.Empty(advisor.Validation(Round(i, domain, general)));
            domain *= 1 - AdviceRules.NoFall - (0.1 * (1 - random.NextDouble()));

            // What was known stays within what is called the same.
            general *= 1 - (0.001 * random.NextDouble());
        }
    }

    /// <summary>Whatever the figures do, each rule speaks of a corpus once at most.</summary>
    [Property]
    public void Nothing_is_said_twice(int seed)
    {
        var random = new System.Random(seed);
        var advisor = new Advisor(Corpora);
        double drift = random.NextDouble() - 0.5;
        var told = new List<Advice>();
        for (int i = 0; i < 80; i++)
        {
            double ce = 3 + (drift * i / 10) + (0.02 * random.NextDouble());
            told.AddRange(advisor.Validation(Round(i, Math.Abs(ce), Math.Abs(ce))));
        }

        Assert.Equal(told, advisor.Said);
        Assert.Equal(told.Count, told.Select(a => (a.Rule, a.Corpus)).Distinct().Count());
    }

    [Fact]
    public void A_run_that_goes_on_has_said_what_it_had_said()
    {
        double[] domain = [3, 2.5, 2.5, 2.5, 2.5, 2.6, 2.7, 2.8], general = [3, 3, 3, 3, 3.1, 3.2, 3.3, 3.4];
        var lines = new StringWriter();
        var live = new Advisor(Corpora);
        for (int i = 0; i < domain.Length; i++)
        {
            double trained = 3 - (0.1 * i);
            live.Step([("medical", trained)]);
            lines.Write($$$"""{"step":{{{i + 1}}},"ce":{"medical":{{{trained}}}}}""" + "\n");
            live.Validation(Round(i + 1, domain[i], general[i]));
            string both = $$"""{"medical":{{domain[i]}},"books":{{general[i]}}}""";
            lines.Write(
                $$"""{"step":{{i + 1}},"validation":true,"corpus_loss":{{both}},"ce":{{both}},"kl":{{both}}}""" + "\n");
        }

        Assert.Equal(
            [AdviceRules.Plateau, AdviceRules.Forgetting, AdviceRules.Divergence], live.Said.Select(a => a.Rule));
        Assert.Contains("learned by heart", live.Said[^1].Text);
        var again = new Advisor(Corpora);
        again.Replay(MetricsLog.Read(new StringReader(lines.ToString())));
        Assert.Equal(live.Said.Where(a => a.Rule != AdviceRules.Forgetting), again.Said.Where(
            a => a.Rule != AdviceRules.Forgetting));
        Assert.Equal(live.Said.Select(a => (a.Step, a.Rule)), again.Said.Select(a => (a.Step, a.Rule)));
    }

    private static ValidationRound Round(long step, double domain, double general) => new(
        step, [new("medical", domain, domain, null), new("books", general, general, null)]);
}
