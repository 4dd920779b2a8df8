using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>What divergences over the whole vocabulary exceed those over classes by.</summary>
public abstract partial class MolHeadTests
{
    [Theory]
    [InlineData(5, 5, 1)]
    [InlineData(128, 127, 1)]
    [InlineData(2049, 31, 1)]
    [InlineData(4099, 31, 0.01)]
    public void ClassesAndTheirGap_AreTheDivergenceOverTheWholeVocabulary(int vocabulary, int topN, double distance)
    {
        var random = new Random(vocabulary);
        float[] z0 = HeadInputs.Normal(random, vocabulary, 2);
        float[] z = [.. z0.Zip(HeadInputs.Normal(random, vocabulary, distance), (a, b) => a + b)];
        HeadInputs inputs = Held(HeadInputs.OfLogits(z0, z, topN, vocabulary - 1, 0.5f, 0.5f));
        HeadRun got = HeadRun.Of(_ops, inputs, gaps: true);
        HeadTruth whole = new(inputs with { TopN = vocabulary }, 0), classes = new(inputs, 0);
        double reverse = whole.Held.Reverse - classes.Held.Reverse, forward = whole.Held.Forward - classes.Held.Forward;
        Compare.AssertAbsolute("reverse", got.ReverseGap[0], reverse, (2e-5 * reverse) + 1e-12);
        Compare.AssertAbsolute("forward", got.ForwardGap[0], forward, (2e-5 * forward) + 1e-12);
        Assert.Equal(topN == vocabulary - 1 || topN == vocabulary, reverse < 1e-12);
        HeadRun without = HeadRun.Of(_ops, inputs);
        Assert.Equal((0, 0), (without.ReverseGap[0], without.ForwardGap[0]));
        Assert.Equal(without.DHidden, got.DHidden);
    }

    [Fact]
    public void Gaps_OfManyTokens_AreThoseOfEach()
    {
        HeadInputs inputs = Held(HeadInputs.Random(60, 2100, 9, 31, _rows));
        HeadRun all = HeadRun.Of(_ops, inputs, gaps: true);
        foreach (int t in Predicting(inputs).Take(3).Append(_rows[^1] - 3))
        {
            HeadRun alone = HeadRun.Of(
                _ops, (inputs with { RowStarts = [.. Enumerable.Range(0, _rows[^1] + 1)] }).Rows(t, 1), gaps: true);
            Assert.Equal((all.ReverseGap[t], all.ForwardGap[t]), (alone.ReverseGap[0], alone.ForwardGap[0]));
        }

        Assert.All(all.ReverseGap.Concat(all.ForwardGap), gap => Assert.True(gap >= 0));
        Assert.Contains(all.ReverseGap, gap => gap > 1e-4);
    }
}
