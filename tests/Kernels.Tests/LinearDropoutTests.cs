using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests;

/// <summary>The mask of an adapter's dropout, made visible by an adapter that passes its input through.</summary>
public sealed class LinearDropoutTests
{
    [Theory]
    [InlineData(0.05f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void TheKeptFractionIsOneMinusP(float p)
    {
        const int Tokens = 600, Features = 129;
        double[] mask = Mask(p, 1, Enumerable.Range(0, Tokens).Select(t => (long)t), Features);
        double kept = 1.0 / (1.0 - p);
        Assert.All(mask, m => Assert.True(m == 0 || Math.Abs(m - kept) < 1e-6 * kept, $"factor {m}"));
        double deviation = Math.Sqrt(p * (1 - p));
        AssertChance(mask, 5);
        for (int f = 0; f < Features; f++)
            AssertChance(mask.Where((_, i) => i % Features == f), 5);
        for (int t = 0; t < Tokens; t++)
            AssertChance(mask.Skip(t * Features).Take(Features), 5.5);

        void AssertChance(IEnumerable<double> factors, double sigmas)
        {
            double[] of = [.. factors];
            double expected = of.Length * (1 - p), allowed = (sigmas * deviation * Math.Sqrt(of.Length)) + 1;
            Assert.InRange(of.Count(m => m != 0), expected - allowed, expected + allowed);
        }
    }

    /// <summary>Neighbouring tokens, features and seeds agree as often as chance has it.</summary>
    [Fact]
    public void MasksAreUncorrelated()
    {
        const int Tokens = 400, Features = 100, Count = Tokens * Features;
        double[] mask = Mask(0.5f, 1, Enumerable.Range(0, Tokens).Select(t => (long)t), Features);
        double[] other = Mask(0.5f, 2, Enumerable.Range(0, Tokens).Select(t => (long)t), Features);
        foreach ((string what, int shift, double[] against) in new[]
        {
            ("features", 1, mask), ("pairs of features", 2, mask), ("tokens", Features, mask),
            ("second tokens", 2 * Features, mask), ("seeds", 0, other), ("seeds and tokens", Features, other),
        })
        {
            int agree = Enumerable.Range(0, Count - shift).Count(i => mask[i] == against[i + shift]);
            Assert.True(Math.Abs(agree - (Count / 2)) < 5 * Math.Sqrt(Count) / 2, $"{what}: {agree} of {Count} agree");
        }
    }

    [Fact]
    public void TheMaskFollowsTheTokensKeyNotItsPlace()
    {
        double[] mask = Mask(0.3f, 5, [7, 8, long.MaxValue, -1], 40);
        double[] again = Mask(0.3f, 5, [-1, 8, 8, 7], 40);
        Assert.Equal(mask[..40], again[120..]);
        Assert.Equal(mask[40..80], again[40..80]);
        Assert.Equal(again[40..80], again[80..120]);
        Assert.Equal(mask[120..], again[..40]);
        Assert.NotEqual(mask[..40], mask[40..80]);
    }

    [Fact]
    public void BackwardUsesTheMaskOfForward()
    {
        long[] keys = [3, 1, 4, 1, 5, 9, 2, 6];
        double[] forward = Mask(0.4f, 11, keys, 33, SimdLevel.Vector512);
        Assert.Equal(forward, Mask(0.4f, 11, keys, 33, SimdLevel.Scalar, backward: true));
    }

    /// <summary>The factors of the case's adapter, [T, K]; ones without one.</summary>
    internal static double[] Mask(LinearCase c)
    {
        if (c.Weights.Lora is not { Dropout: > 0 } lora)
            return [.. Enumerable.Repeat(1.0, c.Tokens * c.Options.Inputs)];
        return Mask(lora.Dropout, lora.DropoutSeed, c.Layout.TokenKeys.Span<long>().ToArray(), c.Options.Inputs);
    }

    private static double[] Mask(float p, ulong seed, IEnumerable<long> tokenKeys, int features) =>
        Mask(p, seed, tokenKeys, features, SimdLevels.Best);

    /// <summary>
    /// With W = 0, A = B = 1 and scale 1, y is dropout(x) and dx is dropout(dy): both are the mask where the input is
    /// ones.
    /// </summary>
    private static double[] Mask(
        float p, ulong seed, IEnumerable<long> tokenKeys, int features, SimdLevel level, bool backward = false)
    {
        using Ops.Ops ops = Backends.Cpu(level);
        using Arena arena = ops.CreateArena("mask");
        long[] keys = [.. tokenKeys];
        Tensor identity = arena.Allocate("identity", DType.F32, features, features);
        for (int i = 0; i < features; i++)
            identity.Span<float>()[(i * features) + i] = 1;
        Tensor ones = arena.Allocate("ones", DType.F32, keys.Length, features);
        Tensor y = arena.Allocate("y", DType.F32, keys.Length, features);
        ones.Span<float>().Fill(1);
        Tensor tokenKey = arena.Allocate("keys", DType.I64, keys.Length);
        keys.CopyTo(tokenKey.Span<long>());
        var layout = new SequenceLayout(
            [0, keys.Length], [0, keys.Length], arena.Allocate("positions", DType.I32, keys.Length), tokenKey);
        Tensor zeros = arena.Allocate("zeros", DType.F32, features, features);
        var weights = new LinearWeights(zeros, null, new LoraWeights(identity, identity, 1, p, seed));
        Tensor hidden = arena.Allocate("hidden", DType.F32, keys.Length, features);
        if (backward)
            ops.LinearBackward(ones, ones, weights, layout, hidden, new LinearGradients(), y, false);
        else
            ops.Linear(ones, weights, layout, y, hidden);
        return LinearCase.Values(y);
    }
}
