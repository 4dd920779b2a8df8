using MolEngine.Basics.Numerics;
using MolEngine.Evaluation.Comparing;

namespace MolEngine.Evaluation.Tests.Comparing;

/// <summary>Tests, intervals and adjustments of paired answers, against counting and simulation.</summary>
public sealed class ComparisonStatisticsTests
{
    /// <summary>Every outcome of so many coins is looked at.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 0)]
    [InlineData(0, 6)]
    [InlineData(2, 9)]
    [InlineData(7, 7)]
    [InlineData(3, 10)]
    public void The_sign_test_is_the_share_of_coins_as_uneven(int worse, int better)
    {
        int n = worse + better, extreme = 0;
        for (int coins = 0; coins < 1 << n; coins++)
        {
            int heads = int.PopCount(coins);
            extreme += Math.Min(heads, n - heads) <= Math.Min(worse, better) ? 1 : 0;
        }

        Assert.Equal((double)extreme / (1 << n), SignTest.TwoSided(worse, better), 1e-12);
    }

    /// <summary>Where 2^-n is no double any more: the value is of whole numbers, 2 sum C(2000, k) / 2^2000 (Python).
    /// </summary>
    [Fact]
    public void Many_changes_do_not_underflow()
    {
        Assert.Equal(8.457089535503927e-06, SignTest.TwoSided(900, 1100), 1e-15);
        Assert.Equal(1, SignTest.TwoSided(2000, 2000));
    }

    [Fact]
    public void The_same_seed_draws_the_same_interval()
    {
        PairedChange[] changes = [.. Drawn(4, 80)];
        Assert.Equal(PairedBootstrap.Of(changes, 1), PairedBootstrap.Of(changes, 1));
        Assert.NotEqual(PairedBootstrap.Of(changes, 1), PairedBootstrap.Of(changes, 2));
    }

    /// <summary>Of a mean of 60 the interval is about what the normal distribution gives, and holds the truth 19 times
    /// of 20.</summary>
    [Fact]
    public void Intervals_cover_what_they_say()
    {
        const int Cases = 150, N = 60;
        int covered = 0;
        for (ulong c = 0; c < Cases; c++)
        {
            PairedChange[] changes = [.. Drawn(c, N)];
            Interval interval = PairedBootstrap.Of(changes, c);
            covered += interval.Low <= 0.25 && interval.High >= 0.25 ? 1 : 0;
            double deviation = Math.Sqrt(changes.Sum(x => Math.Pow(x.Sum - interval.Value, 2)) / N / N);
            Assert.InRange((interval.High - interval.Low) / (2 * 1.96 * deviation), 0.8, 1.2);
        }

        Assert.InRange(covered, 132, 149);
    }

    [Fact]
    public void Weights_and_strata_count()
    {
        PairedChange[] one = [new(6, 3), new(2, 1)], other = [new(-1), new(-1), new(-1)];
        Assert.Equal(new Interval(2, 2, 2), PairedBootstrap.Of(one, 5));
        Assert.Equal(new Interval(0.5, 0.5, 0.5), PairedBootstrap.OfStrata([one, other], 5));
        Interval joined = PairedBootstrap.Of([.. one, .. other], 5);
        Assert.Equal(5.0 / 7, joined.Value, 1e-12);
        Assert.True(joined.Low < 0 && joined.High > 1);
    }

    [Fact]
    public void Calibration_is_the_distance_in_each_bin()
    {
        // Bins (0.5, 0.6] and (0.9, 1]: |1.16 - 1| and |2.9 - 2|, over five answers.
        (double, bool)[] answers = [(0.56, true), (0.6, false), (0.95, true), (0.95, true), (1, false)];
        Assert.Equal((0.16 + 0.9) / 5, Calibration.Error(answers), 1e-12);
        Assert.Equal(0, Calibration.Error([(0.5, true), (0.5, false)]), 1e-12);
        double[] shares = Calibration.Probabilities([-1000, -1000 + Math.Log(3)]);
        Assert.Equal(0.25, shares[0], 1e-9);
        Assert.Equal(0.75, shares[1], 1e-9);
    }

    /// <summary>Two models that know items independently of each other, and guess the rest.</summary>
    [Theory]
    [InlineData(4, 0.5, 0.3)]
    [InlineData(2, 0.0, 0.8)]
    [InlineData(5, 0.0, 0.0)]
    public void Guessing_changes_as_many_as_it_is_said_to(int choices, double knownBefore, double knownAfter)
    {
        const int Items = 200_000;
        var random = new Random(1);
        int before = 0, after = 0, lost = 0, gained = 0;
        for (int i = 0; i < Items; i++)
        {
            bool knewBefore = random.NextDouble() < knownBefore, knowsAfter = random.NextDouble() < knownAfter;
            bool was = knewBefore || random.Next(choices) == 0, isNow = knowsAfter || random.Next(choices) == 0;
            (before, after) = (before + (was ? 1 : 0), after + (isNow ? 1 : 0));

            // What was known and is no more is forgotten: guessing alone is where neither knows.
            if (!knewBefore && !knowsAfter)
                (lost, gained) = (lost + (was && !isNow ? 1 : 0), gained + (!was && isNow ? 1 : 0));
        }

        double expected = Guessing.Transitions(
            (double)before / Items, (double)after / Items, Enumerable.Repeat(choices, Items));
        Assert.InRange(lost, 0.96 * expected, 1.04 * expected);
        Assert.InRange(gained, 0.96 * expected, 1.04 * expected);
    }

    [Fact]
    public void Guessing_is_no_more_than_all()
    {
        Assert.Equal(0, Guessing.Transitions(1, 0.2, [4, 4]));
        Assert.Equal(2 * 3.0 / 16, Guessing.Transitions(0.1, 0.05, [4, 4]), 1e-12);
        Assert.Equal((0.5 * 0.5 / 3) + (0.5 * 0.5), Guessing.Transitions(0.5, 0.5, [4, 2]), 1e-12);
    }

    /// <summary>Every outcome of twelve items is weighed.</summary>
    [Theory]
    [InlineData(0, 3)]
    [InlineData(5, 3)]
    [InlineData(12, 6)]
    [InlineData(1, 0)]
    public void A_tail_is_the_weight_of_its_outcomes(int changed, double expected)
    {
        const int Items = 12;
        double share = expected / Items, tail = 0;
        for (int outcome = 0; outcome < 1 << Items; outcome++)
        {
            int n = int.PopCount(outcome);
            tail += n >= changed ? Math.Pow(share, n) * Math.Pow(1 - share, Items - n) : 0;
        }

        Assert.Equal(tail, Guessing.AtLeast(changed, Items, expected), 1e-12);
    }

    /// <summary>Evenly from 0 to 0.5, so 0.25 in the mean.</summary>
    private static IEnumerable<PairedChange> Drawn(ulong seed, int count)
    {
        CounterRandom random = CounterRandom.For(seed, "changes");
        return Enumerable.Range(0, count).Select(i => new PairedChange(0.5 * random.Uniform((ulong)i)));
    }
}
