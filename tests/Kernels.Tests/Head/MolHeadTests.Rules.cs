using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>Each rule of the mathematics that concerns the head has a test of its name.</summary>
public abstract partial class MolHeadTests
{
    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e-12)]
    public void TheTailIsSummedDirectly_NeverByOneMinusSumOfTop(double mass)
    {
        // 31 logits hold everything but `mass`, which 4,000 others share.
        float low = (float)Math.Log(mass * 31 / 4000);
        float[] z = Logits(4031, v => v % 130 == 7 ? 0 : low + v % 10 * 0.05f);
        HeadInputs inputs = Held(HeadInputs.OfLogits(z, [.. z.Select(x => x * 1.0625f)], 31, 7, 0.01f, 0.99f));
        HeadRun got = HeadRun.Of(_ops, inputs);
        var truth = new HeadTruth(inputs, 0);
        Compare.AssertAbsolute(
            "log tail mass of the base", got.BaseTail[0] - got.BaseLse[0], truth.BaseTail - truth.BaseLse, 1e-7);
        Compare.AssertAbsolute("log tail mass of the student", got.TailLogP[0], truth.TailLogP, 1e-7);
        Assert.InRange(Math.Exp(got.BaseTail[0] - got.BaseLse[0]), 0.8 * mass, 2 * mass);
    }

    [Fact]
    public void TheLogitsOfS_AreTakenInFloat64()
    {
        // Logits up to 90, where an fp32 step is 8e-6, and a student at distance 1e-2: half the digits of a confident
        // token's gradient.
        HeadInputs inputs = Held(HeadInputs.Random(21, 3000, 24, 127, [0, 8]));
        float[] x0 = Array.ConvertAll(inputs.X0, x => 12 * x);
        var random = new Random(5);
        float[] x = [.. x0.Select(v => v + 0.01f * (float)(random.NextDouble() - 0.5))];
        inputs = Held(inputs with { X0 = x0, X = x }).WithWeights(0.01f, 0.99f);
        HeadRun got = HeadRun.Of(_ops, inputs);
        foreach (int t in Predicting(inputs))
        {
            var truth = new HeadTruth(inputs, t);
            Compare.AssertAbsolute($"lse of token {t}", got.Lse[t], truth.Lse, 1e-7);
            Compare.AssertAbsolute($"KL of token {t}", got.Kl[t], truth.Kl, 1e-5 * truth.Kl + 1e-14);
            Range row = (t * inputs.Hidden)..((t + 1) * inputs.Hidden);
            Compare.AssertRelativeL2($"dX of token {t}", got.DHidden[row], truth.HiddenGradient(), Within(1e-5, 3e-3));
        }
    }

    [Fact]
    public void Kl_IsNeverNegative()
    {
        var random = new Random(2);
        for (int i = 0; i < 60; i++)
        {
            float scale = MathF.Pow(10, -i % 9);
            float[] z0 = HeadInputs.Normal(random, 700, 3);
            float[] z = [.. z0.Select(x => x + scale * (float)(random.NextDouble() - 0.5))];
            HeadInputs inputs = Held(HeadInputs.OfLogits(z0, z, 1 + random.Next(100), random.Next(700), 0.5f, 0.5f));
            double kl = HeadRun.Of(_ops, inputs, gradients: false).Kl[0];
            Assert.True(kl >= 0, $"KL {kl:R} at distance {scale}");
            HeadTolerances.Kl($"KL at distance {scale}", kl, new HeadTruth(inputs, 0).Kl);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(127)]
    public void AtStep0_KlIsZero_AndTheGradientIsThatOfCrossEntropyAtWeightA(int topN)
    {
        HeadInputs inputs = Held(HeadInputs.Random(3, backend.IsVirtual ? 4100 : 9000, 24, topN, [0, 16]));
        inputs = (inputs with { X = inputs.X0 }).WithWeights(0.01f, 0.99f);
        HeadRun mol = HeadRun.Of(_ops, inputs, weightGradient: true);
        HeadRun ce = HeadRun.Of(_ops, inputs.WithWeights(0.01f, 0), weightGradient: true);
        Assert.All(mol.Kl, kl => Assert.InRange(kl, 0, 1e-11));
        foreach (int t in Predicting(inputs))
        {
            Range row = (t * inputs.Hidden)..((t + 1) * inputs.Hidden);
            Compare.AssertRelativeL2($"dX of token {t}", mol.DHidden[row], Wide(ce.DHidden[row]), 2e-5);
            Compare.AssertAbsolute($"lse of token {t}", mol.Lse[t], mol.BaseLse[t], 1e-7);
        }

        Compare.AssertRelativeL2("dW", mol.DWeight, Wide(ce.DWeight), Within(2e-5, 1e-3));
    }

    [Fact]
    public void AtStep0_WithTheWholeVocabularyOnTheList_KlIsZeroToTheLastBit()
    {
        HeadInputs inputs = Held(HeadInputs.Random(3, 100, 24, 100, [0, 16]));
        HeadRun got = HeadRun.Of(_ops, inputs with { X = inputs.X0 });
        Assert.All(got.Kl, kl => Assert.InRange(kl, 0, 1e-28));
    }

    [Theory]
    [InlineData(4e-10)]
    [InlineData(1e-5)]
    public void OneMinusPy_IsTheSumOverTheOthers_NeverASubtraction(double rest)
    {
        float low = (float)Math.Log(rest / 3000);
        float[] z = Logits(3001, v => v == 2500 ? 0 : low + v % 7 * 0.01f);
        HeadInputs inputs = Held(HeadInputs.OfLogits(z, z, 31, 2500, 0.99f, 0.01f));
        HeadRun got = HeadRun.Of(_ops, inputs, weightGradient: true);
        var truth = new HeadTruth(inputs, 0);
        Compare.AssertRelative("CE", got.Ce[0], truth.Ce, 1e-6);
        double[] dz = truth.LogitGradient();
        // X = (0, 1): column 1 of dW is dL/dz itself.
        for (int v = 0; v < dz.Length; v++)
            Compare.AssertRelative($"dL/dz of {v}", got.DWeight[2 * v + 1], dz[v], Within(1e-4, 5e-3));
    }

    [Fact]
    public void Ties_GoToTheLowerId_AcrossTilesAndAtTheBorderOfTheTopN()
    {
        // Four ids share the largest logit, ten the next; only the first six of those fit.
        int[] first = [0, 2047, 2048, 4098], second = [5, 6, 100, 1500, 2046, 2049, 3000, 3001, 4095, 4097];
        float[] z = Logits(4099, v => first.Contains(v) ? 3 : second.Contains(v) ? 2 : -1 - v % 100 * 0.01f);
        HeadInputs inputs = Held(HeadInputs.OfLogits(z, z, 10, 4097, 0.5f, 0.5f));
        HeadRun got = HeadRun.Of(_ops, inputs);
        Assert.Equal([.. first, .. second[..6]], got.TopIds);
        Assert.Equal([.. first.Select(_ => 3d), .. second[..6].Select(_ => 2d)], got.TopLogits);
        AssertBase(inputs, got);
        AssertStudent(inputs, got);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(127)]
    public void AnEntryThatALaterTilePushesOut_JoinsTheTail(int topN)
    {
        // Ascending: every tile's list is pushed out by the next. The tail of the last top n lies in all tiles.
        float[] rising = Logits(4500, v => v * 0.001f);
        AssertAll(HeadInputs.OfLogits(rising, [.. rising.Reverse()], topN, 4400, 0.3f, 0.7f));
        float[] steep = Logits(4500, v => v * 0.04f);
        AssertAll(HeadInputs.OfLogits(steep, [.. steep.Select(x => x * 1.5f)], topN, 4499, 0.3f, 0.7f));
        float[] falling = [.. steep.Reverse()];
        AssertAll(HeadInputs.OfLogits(falling, steep, topN, 0, 0.3f, 0.7f));
    }

    [Fact]
    public void Targets_InsideAndOutsideTheTopN()
    {
        var random = new Random(6);
        float[] z0 = HeadInputs.Normal(random, 3000, 2), z = [.. z0.Select(x => x + 0.3f * (float)random.NextDouble())];
        int[] order = [.. Enumerable.Range(0, 3000).OrderByDescending(v => z0[v])];
        foreach (int rank in (int[])[0, 4, 5, 2999])
            AssertAll(HeadInputs.OfLogits(z0, z, 5, order[rank], 0.2f, 0.8f));
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(2049)]
    public void ATileThatLiesWhollyInS_AddsNothingToTheTail(int target)
    {
        float[] z0 = Logits(2050, v => v >= 2048 ? 5 : v % 50 * 0.1f);
        AssertAll(HeadInputs.OfLogits(z0, [.. z0.Select((x, v) => x + v % 7 * 0.1f)], 3, target, 0.2f, 0.8f));
    }

    [Fact]
    public void TokensWithoutTarget_AddNothing_AndAreLeftAlone()
    {
        HeadInputs inputs = Held(HeadInputs.Random(9, 600, 10, 5, [0, 4, 8, 12]));
        inputs.Targets.AsSpan(4, 4).Fill(-1);
        HeadRun got = HeadRun.Of(_ops, inputs, weightGradient: true);
        foreach (int t in Enumerable.Range(0, 12).Where(t => inputs.Targets[t] < 0))
        {
            Assert.All(got.DHidden[(t * 10)..((t + 1) * 10)], d => Assert.Equal(0, d));
            Assert.Equal((0, 0, 0, 0), (got.Ce[t], got.Kl[t], got.Lse[t], got.TailLogP[t]));
            Assert.All(got.TopIds[(t * 5)..((t + 1) * 5)], id => Assert.Equal(HeadRun.Before, id));
            Assert.Equal(HeadRun.Before, got.BaseLse[t]);
        }

        AssertGradients(inputs, got);
        HeadRun none = HeadRun.Of(
            _ops, inputs with { Targets = [.. inputs.Targets.Select(_ => -1)] }, weightGradient: true);
        Assert.All(none.DHidden, d => Assert.Equal(0, d));
        Assert.All(none.DWeight, d => Assert.Equal(0, d));
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(1f, 0f)]
    [InlineData(0f, 1f)]
    public void Weights_ScaleGradients_AndFiguresAreReportedWhateverTheyAre(float ce, float kl)
    {
        HeadInputs inputs = Held(HeadInputs.Random(10, 900, 14, 31, [0, 8])).WithWeights(ce, kl);
        HeadRun got = HeadRun.Of(_ops, inputs, weightGradient: true);
        AssertStudent(inputs, got);
        if (ce == 0 && kl == 0)
        {
            Assert.All(got.DHidden.Concat(got.DWeight), d => Assert.Equal(0, d));
            return;
        }

        // The divergence alone at distances of 1e-4 lives in the last digits of its logits: the rows are judged
        // together.
        (double[] dx, double[] dw) = TrueGradients(inputs);
        Compare.AssertRelativeL2("dX", got.DHidden, dx, Within(1e-5, 3e-3));
        Compare.AssertRelativeL2("dW", got.DWeight, dw, Within(1e-5, 3e-3));
    }

    /// <summary>
    /// All results of a token of given logits. Its head rows lie far from zero, so that the terms of dX = sum dz_v W_v
    /// all but cancel: the error is measured against sum |dz_v W_v|.
    /// </summary>
    /// <param name="within">Of the sum of terms, in fp32.</param>
    private void AssertAll(HeadInputs inputs, double within = 1e-6)
    {
        inputs = Held(inputs);
        HeadRun got = HeadRun.Of(_ops, inputs, weightGradient: true);
        AssertBase(inputs, got);
        AssertStudent(inputs, got);
        double[] dz = new HeadTruth(inputs, 0).LogitGradient();
        for (int h = 0; h < 2; h++)
        {
            double truth = dz.Select((d, v) => d * inputs.Weight[2 * v + h]).Sum();
            double terms = dz.Select((d, v) => Math.Abs(d * inputs.Weight[2 * v + h])).Sum();
            Compare.AssertAbsolute($"dX {h}", got.DHidden[h], truth, Within(within, 4e-3) * terms);
        }

        Compare.AssertRelativeL2("dz", [.. dz.Select((_, v) => got.DWeight[2 * v + 1])], dz, Within(1e-5, 4e-3));
    }

    private static float[] Logits(int vocabulary, Func<int, float> at) =>
        [.. Enumerable.Range(0, vocabulary).Select(at)];

    private static double[] Wide(float[] x) => Array.ConvertAll(x, v => (double)v);
}
