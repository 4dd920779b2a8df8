using FsCheck;
using MolEngine.Engine.Batches;
using MolEngine.Runs.Records;
using MolEngine.Support;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Tests.Training;

public sealed class ValidationJudgeTests
{
    private static readonly Dictionary<string, CorpusKind> Kinds =
        new() { ["d"] = CorpusKind.Domain, ["g"] = CorpusKind.General };

    [Theory]
    [InlineData(2, 0, "5 4 3 3 3", 3, 5)]
    [InlineData(2, 0, "5 4 4.5 3 3.5 3.2 2", 4, 6)]
    [InlineData(1, 0, "5 6", 1, 2)]
    [InlineData(3, 0, "5 4 3 2 1", 5, 0)]
    [InlineData(2, 0.5, "5 4.8 4.6 4", 3, 3)]
    [InlineData(2, 0.5, "5 4.8 4.2 4.1 3.9", 5, 5)]
    public void Patience_ends_what_does_not_fall_any_more(
        int patience, double change, string figures, int best, int stopsAt)
    {
        var judge = new ValidationJudge(new StopSettings(ValidationMetric.Ce, patience, change, null), Kinds);
        int step = 0;
        foreach (double figure in figures.Split(' ').Select(double.Parse))
        {
            if (judge.Stop is null)
                judge.Add(Round(++step, figure, figure));
        }

        Assert.Equal((best, stopsAt), ((int)judge.Best!.Value.Step, judge.Stop is null ? 0 : step));
    }

    /// <summary>Transformers' callback, written as it is there: the margin is to the lowest figure of all.</summary>
    [Property]
    public void It_stops_where_transformers_would(int seed, PositiveInt patience, NonNegativeInt margin)
    {
        var random = new System.Random(seed);
        double change = margin.Get % 5 / 10.0;
        int most = 1 + (patience.Get % 5);
        var judge = new ValidationJudge(new StopSettings(ValidationMetric.Ce, most, change, null), Kinds);
        (double best, int counter) = (double.PositiveInfinity, 0);
        for (int step = 1; step <= 60; step++)
        {
            double figure = 3 - (step * 0.02) + random.NextDouble();
            judge.Add(Round(step, figure, figure));
            counter = figure < best && Math.Abs(figure - best) > change ? 0 : counter + 1;
            best = Math.Min(best, figure);
            Assert.Equal(counter >= most, judge.Stop is not null);
            Assert.Equal(best, judge.Best!.Value.Figure);
            if (judge.Stop is not null)
                return;
        }
    }

    [Fact]
    public void The_metric_says_what_is_lowest_and_the_first_model_is_no_candidate()
    {
        ValidationRound[] rounds = [Round(0, 0.1, 0.1), Round(1, 3, 1), Round(2, 2, 3), Round(3, 4, 0.5)];
        Assert.Equal((2, 2.0), Of(ValidationMetric.DomainCe));
        Assert.Equal((1, 2.0), Of(ValidationMetric.Ce));
        Assert.Equal((1, 20.0), Of(ValidationMetric.Loss));

        (long, double) Of(ValidationMetric metric)
        {
            var judge = new ValidationJudge(StopSettings.None with { Metric = metric }, Kinds);
            foreach (ValidationRound round in rounds)
                judge.Add(round);
            Assert.Equal(0, judge.Start!.Value.Step);
            Assert.Null(judge.Stop);
            return (judge.Best!.Value.Step, judge.Best.Value.Figure);
        }
    }

    [Fact]
    public void Beyond_the_limit_of_general_text_a_run_stops_and_has_no_best()
    {
        var judge = new ValidationJudge(new StopSettings(ValidationMetric.DomainCe, null, 0, 0.1), Kinds);
        judge.Add(Round(1, 3, 3, kl: 0.1));
        Assert.Null(judge.Stop);
        judge.Add(Round(2, 1, 3, kl: 0.11));
        Assert.Equal(
            "after step 2 g is 0.1100 nats per token from the base, above stop_early.max_general_kl (0.1000)",
            judge.Stop);
        Assert.Equal(1, judge.Best!.Value.Step);
    }

    [Fact]
    public void Without_its_checkpoint_the_best_is_another()
    {
        ValidationRound[] rounds = [Round(1, 3, 3), Round(2, 1, 1), Round(3, 2, 2)];
        var judge = new ValidationJudge(StopSettings.None, Kinds);
        foreach (ValidationRound round in rounds)
            judge.Add(round);
        var identity = new RunIdentity("", "", new Dictionary<string, string>());
        Checkpoint At(long step) => new("", step, null, identity);
        Assert.Null(judge.Restrict(rounds, [At(2), At(3)]));
        Assert.Equal(2, judge.Restrict(rounds, [At(1), At(3)])!.Value.Step);
        Assert.Equal(3, judge.Best!.Value.Step);
        Assert.Equal(3, judge.Restrict(rounds, [])!.Value.Step);
        Assert.Null(judge.Best);
    }

    /// <summary>Losses ten times the cross-entropy.</summary>
    private static ValidationRound Round(long step, double domain, double general, double kl = 0) =>
        new(step, [new("d", 10 * domain, domain, 9), new("g", 10 * general, general, kl)]);
}
