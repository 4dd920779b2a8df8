using MolEngine.Engine.Generation;
using MolEngine.Engine.Training;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Generation;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [0.5f, -1, 2, 0, 1, -3];

    [Fact]
    public void Tokens_come_as_often_as_their_probability_says()
    {
        const int Draws = 20_000;
        double[] p = Probabilities(new SamplingSettings(Temperature: 1.5));
        var sampler = new Sampler(new SamplingSettings(Temperature: 1.5), seed: 3);
        var counts = new int[Logits.Length];
        for (int i = 0; i < Draws; i++)
            counts[sampler.Next(Logits, 2, (ulong)i)]++;

        // Five standard deviations of a binomial count.
        for (int i = 0; i < p.Length; i++)
        {
            double off = counts[i] - (Draws * p[i]);
            Assert.InRange(off, -5 * Math.Sqrt(Draws * p[i]), 5 * Math.Sqrt(Draws * p[i]));
        }
    }

    [Fact]
    public void The_same_seed_draws_the_same_tokens()
    {
        int[] Draw(ulong seed)
        {
            var sampler = new Sampler(new SamplingSettings(), seed);
            return [.. Enumerable.Range(0, 50).Select(i => sampler.Next(Logits, 2, (ulong)i))];
        }

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
    }

    [Fact]
    public void The_defaults_leave_the_softmax()
    {
        double sum = Logits.Sum(z => Math.Exp(z));
        double[] p = Probabilities(new SamplingSettings());
        for (int i = 0; i < p.Length; i++)
            Assert.Equal(Math.Exp(Logits[i]) / sum, p[i], 1e-15);
    }

    [Fact]
    public void Top_k_keeps_what_equals_the_last_of_them()
    {
        double[] p = SampledDistribution.Of(new SamplingSettings(TopK: 2), [1, 0, 1, 2], [], []);
        Assert.Equal([true, false, true, true], p.Select(x => x > 0));
        Assert.Equal(1, p.Sum(), 1e-15);
    }

    [Fact]
    public void Top_p_keeps_the_fewest_that_reach_it()
    {
        // 0.4, 0.3, 0.2, 0.1
        float[] logits = [MathF.Log(0.2f), MathF.Log(0.4f), MathF.Log(0.1f), MathF.Log(0.3f)];
        bool[] Kept(double p) =>
            [.. SampledDistribution.Of(new SamplingSettings(TopP: p), logits, [], []).Select(x => x > 0)];
        Assert.Equal([false, true, false, false], Kept(0.05));
        Assert.Equal([false, true, false, true], Kept(0.65));
        Assert.Equal([true, true, false, true], Kept(0.75));
    }

    [Fact]
    public void Min_p_is_relative_to_the_most_probable()
    {
        double[] p = SampledDistribution.Of(
            new SamplingSettings(MinP: 0.45), [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.2f)], [], []);
        Assert.Equal(0.625, p[0], 1e-6);
        Assert.Equal(0.375, p[1], 1e-6);
        Assert.Equal(0, p[2]);
    }

    [Fact]
    public void Penalties_see_what_they_should()
    {
        // Token 0 stands in the prompt, token 2 was generated twice; repetition sees both, presence and frequency only
        // the latter.
        double[] Scores(SamplingSettings settings) =>
            [.. SampledDistribution.Of(settings, Logits, [0], [2, 2]).Select(p => Math.Log(p))];
        double[] plain = Scores(new SamplingSettings());
        double[] presence = Scores(new SamplingSettings(PresencePenalty: 0.5));
        Assert.Equal(plain[2] - plain[0] - 0.5, presence[2] - presence[0], 1e-12);
        double[] frequency = Scores(new SamplingSettings(FrequencyPenalty: 0.5));
        Assert.Equal(plain[2] - plain[0] - 1, frequency[2] - frequency[0], 1e-12);
        double[] repetition = Scores(new SamplingSettings(RepetitionPenalty: 2));
        Assert.Equal(1 - 0.25, repetition[2] - repetition[0], 1e-12);
        Assert.Equal(plain[4] - plain[3], repetition[4] - repetition[3], 1e-12);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_logit_that_is_not_finite_is_an_error(float logit)
    {
        var e = Assert.Throws<NonFiniteException>(
            () => SampledDistribution.Of(new SamplingSettings(), [0, logit], [], []));
        Assert.Contains("logit of token 1: ", e.Message);
    }

    /// <summary>Against the definitions, with the vocabulary sorted.</summary>
    [Property(MaxTest = 60)]
    public void Cuts_are_those_of_a_sorted_vocabulary(int seed, byte k, byte p, byte minP, byte temperature)
    {
        // Logits of a grid: many are equal. The largest vocabulary has more than a buffer of candidates.
        var random = new Random(seed);
        float[] logits = new float[1 + random.Next(seed % 4 == 0 ? 5000 : 60)];
        for (int i = 0; i < logits.Length; i++)
            logits[i] = seed % 2 == 0 ? random.Next(-20, 20) / 4f : 20 * (random.NextSingle() - 0.5f);
        var settings = new SamplingSettings(
            Temperature: 0.25 + (temperature / 64.0), TopK: k % 3 == 0 ? 0 : k, TopP: p % 3 == 0 ? 1 : (1 + p) / 257.0,
            MinP: minP % 2 == 0 ? 0 : minP / 300.0);
        double[] expected = Sorted(settings, logits);
        double[] got = SampledDistribution.Of(settings, logits, [], []);
        Assert.Equal(expected.Select(x => x > 0), got.Select(x => x > 0));
        for (int i = 0; i < got.Length; i++)
            Assert.Equal(expected[i], got[i], 1e-12);
        Assert.Equal(1, got.Sum(), 1e-12);

        int best = Array.IndexOf(logits, logits.Max());
        var sampler = new Sampler(settings, (ulong)seed);
        for (ulong n = 0; n < 20; n++)
            Assert.True(got[sampler.Next(logits, logits[best], n)] > 0);
    }

    private static double[] Sorted(SamplingSettings settings, float[] logits)
    {
        double most = logits.Max();
        double[] weights = Array.ConvertAll(logits, z => Math.Exp((z - most) / settings.Temperature));
        int[] order =
            [.. Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).ThenByDescending(i => i)];
        if (settings.TopK > 0)
        {
            float least = logits[order[Math.Min(settings.TopK, order.Length) - 1]];
            order = [.. order.Where(i => logits[i] >= least)];
        }

        double all = order.Sum(i => weights[i]), above = 0;
        var kept = new List<int>();
        foreach (int i in order)
        {
            if (kept.Count > 0 && above >= (settings.TopP * all) && settings.TopP < 1)
                break;
            kept.Add(i);
            above += weights[i];
        }

        kept.RemoveAll(i => weights[i] < settings.MinP);
        double sum = kept.Sum(i => weights[i]);
        double[] probabilities = new double[logits.Length];
        foreach (int i in kept)
            probabilities[i] = weights[i] / sum;
        return probabilities;
    }

    private static double[] Probabilities(SamplingSettings settings) =>
        SampledDistribution.Of(settings, Logits, [], []);
}
