using MolEngine.Engine.Losses;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Losses;

/// <summary>Divergences of two distributions from their logits.</summary>
public sealed class DistributionComparerTests
{
    /// <summary>Two tokens, one of them a class of its own: everything by hand.</summary>
    [Fact]
    public void Figures_of_a_small_case_are_those_by_hand()
    {
        // q = (1/2, 1/4, 1/4), p = (1/4, 1/2, 1/4).
        float[] q = [Log(2), Log(1), Log(1)], p = [Log(1), Log(2), Log(1)];
        TokenComparison c = new DistributionComparer(3, 1).Compare(q, p, target: 1);
        double half = Math.Log(2);
        Assert.Equal(2 * half, c.BaseCe, 1e-6);
        Assert.Equal(half, c.ModelCe, 1e-6);
        Assert.Equal((-half / 4) + (half / 2), c.Reverse.Full, 1e-6);
        Assert.Equal((half / 2) - (half / 4), c.Forward.Full, 1e-6);

        // Classes (0, rest): q = (1/2, 1/2), p = (1/4, 3/4).
        Assert.Equal((-half / 4) + (0.75 * Math.Log(1.5)), c.Reverse.Coarse, 1e-6);
        Assert.Equal((half / 2) - (0.5 * Math.Log(1.5)), c.Forward.Coarse, 1e-6);
        Assert.Equal(0.5, c.BaseTopMass, 1e-6);
        Assert.Equal(0.25, c.ModelTopMass, 1e-6);
        Assert.Equal(0, c.Overlap);
    }

    [Fact]
    public void A_model_is_no_distance_from_itself()
    {
        float[] logits = Logits(new Random(3), 50, 4);
        TokenComparison c = new DistributionComparer(50, 31).Compare(logits, logits, 7);
        Assert.Equal(default, c.Reverse);
        Assert.Equal(default, c.Forward);
        Assert.Equal(c.BaseCe, c.ModelCe);
        Assert.Equal(1, c.Overlap);
    }

    /// <summary>
    /// Full is p log(p / q) summed outright; the gap is never negative, and is what the coarse one lacks: with other
    /// logits of any spread, and every size of the top from one token to all.
    /// </summary>
    [Property(MaxTest = 60)]
    public void Full_is_coarse_and_gap(int seed)
    {
        var random = new Random(seed);
        int vocabulary = random.Next(2, 80), top = random.Next(1, vocabulary + 3);
        double spread = Math.Pow(10, random.NextDouble() * 2 - 1);
        float[] q = Logits(random, vocabulary, spread), p = Logits(random, vocabulary, spread);
        TokenComparison c = new DistributionComparer(vocabulary, top).Compare(q, p, 0);
        double[] logQ = LogSoftmax(q), logP = LogSoftmax(p);
        double reverse = logP.Zip(logQ, (a, b) => Math.Exp(a) * (a - b)).Sum();
        double forward = logP.Zip(logQ, (a, b) => Math.Exp(b) * (b - a)).Sum();
        Assert.Equal(reverse, c.Reverse.Full, 1e-12 * (1 + spread));
        Assert.Equal(forward, c.Forward.Full, 1e-12 * (1 + spread));
        foreach (Divergence d in new[] { c.Reverse, c.Forward })
        {
            Assert.True(d.Gap >= 0 && d.Coarse >= 0, $"{d}");
            Assert.Equal(d.Full, d.Coarse + d.Gap, 1e-12 * (1 + spread));
        }

        if (top >= vocabulary)
            Assert.Equal((0, 0), (c.Reverse.Gap, c.Forward.Gap));
        int[] order = [.. Enumerable.Range(0, vocabulary).OrderByDescending(i => q[i]).ThenBy(i => i).Take(top)];
        int[] own = [.. Enumerable.Range(0, vocabulary).OrderByDescending(i => p[i]).ThenBy(i => i).Take(top)];
        Assert.Equal(order.Sum(i => Math.Exp(logQ[i])), c.BaseTopMass, 1e-12);
        Assert.Equal(order.Sum(i => Math.Exp(logP[i])), c.ModelTopMass, 1e-12);
        Assert.Equal((double)order.Intersect(own).Count() / order.Length, c.Overlap);
    }

    private static double[] LogSoftmax(float[] logits)
    {
        double sum = Math.Log(logits.Sum(x => Math.Exp((double)x)));
        return [.. logits.Select(x => x - sum)];
    }

    private static float[] Logits(Random random, int count, double spread) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(spread * (random.NextDouble() * 2 - 1)))];

    private static float Log(double x) => (float)Math.Log(x);
}
