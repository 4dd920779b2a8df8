using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>The mask of an adapter's dropout, made visible by an adapter that passes its input through.</summary>
public abstract class LinearDropoutTests(TestBackend backend) : BackendSuite(backend)
{
    [Theory]
    [InlineData(0.05f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void TheKeptFractionIsOneMinusP(float p)
    {
        const int Tokens = 600, Features = 129;
        double[] mask = Mask(p, 1, Enumerable.Range(0, Tokens).Select(t => (long)t), Features);
        double kept = 1.0 / (1.0 - p), within = Within(1e-6, 1.0 / 256) * kept;
        Assert.All(mask, m => Assert.True(m == 0 || Math.Abs(m - kept) < within, $"factor {m}"));
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
        double[] forward = Mask(0.4f, 11, keys, 33);
        Assert.Equal(forward, Mask(0.4f, 11, keys, 33, backward: true));
        Assert.Equal(forward, Mask(0.4f, 11, keys, 33, backward: true, accumulate: true));
    }

    /// <summary>One mask on every backend, for odd and even numbers of features.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(70)]
    public void TheMaskIsThatOfItsDefinition(int features)
    {
        long[] keys = [7, 8, long.MaxValue, -1, 0, long.MinValue];
        Assert.Equal(
            Defined(0.3f, 5, keys, features).Select(f => f != 0), Mask(0.3f, 5, keys, features).Select(f => f != 0));
    }

    /// <summary>The factors of the case's adapter, [T, K]; ones without one.</summary>
    internal static double[] Mask(LinearCase c)
    {
        if (c.Weights.Lora is not { Dropout: > 0 } lora)
            return [.. Enumerable.Repeat(1.0, c.Tokens * c.Options.Inputs)];
        return Defined(lora.Dropout, lora.DropoutSeed, c.TokenKeys, c.Options.Inputs);
    }

    /// <summary>Number i of the token's stream decides features 2 i and 2 i + 1.</summary>
    private static double[] Defined(float p, ulong seed, long[] keys, int features)
    {
        var mask = new double[keys.Length * features];
        for (int i = 0; i < mask.Length; i++)
        {
            ulong key = (ulong)keys[i / features], feature = (ulong)(i % features);
            ulong stream = SplitMix64.Mix(
                SplitMix64.Mix(seed + SplitMix64.Gamma) ^ SplitMix64.Mix(key + SplitMix64.Gamma));
            ulong bits = SplitMix64.At(stream, feature / 2) >> (int)(32 * (feature % 2)) & uint.MaxValue;
            mask[i] = bits < p * 4294967296.0 ? 0 : 1 / (1.0 - p);
        }

        return mask;
    }

    /// <summary>
    /// With W = 0, A = B = 1 and scale 1, y is dropout(x) and dx is dropout(dy): both are the mask where the input is
    /// ones.
    /// </summary>
    private double[] Mask(
        float p, ulong seed, IEnumerable<long> tokenKeys, int features, bool backward = false, bool accumulate = false)
    {
        long[] keys = [.. tokenKeys];
        int tokens = keys.Length;
        var identity = new float[features * features];
        for (int i = 0; i < features; i++)
            identity[(i * features) + i] = 1;
        Tensor eye = Make("identity", identity, features, features), zeros = Empty("zeros", features, features);
        Tensor ones = Activation("ones", [.. Enumerable.Repeat(1f, tokens * features)], tokens, features);
        Tensor y = EmptyActivation("y", tokens, features), hidden = EmptyActivation("hidden", tokens, features);
        SequenceLayout layout = Rows(tokens) with { TokenKeys = Make("keys", DType.I64, keys, tokens) };
        var weights = new LinearWeights(zeros, null, new LoraWeights(eye, eye, 1, p, seed));
        if (backward)
            Backend.LinearBackward(ones, ones, weights, layout, hidden, new LinearGradients(), y, accumulate);
        else
            Backend.Linear(ones, weights, layout, y, hidden);
        return Widen(Values(y));
    }
}

public sealed class ScalarLinearDropoutTests() : LinearDropoutTests(TestBackend.Scalar);

public sealed class Vector256LinearDropoutTests() : LinearDropoutTests(TestBackend.Vector256);

public sealed class Vector512LinearDropoutTests() : LinearDropoutTests(TestBackend.Vector512);

public sealed class VirtualF32LinearDropoutTests() : LinearDropoutTests(TestBackend.VirtualF32);

public sealed class TruncatingBf16LinearDropoutTests() : LinearDropoutTests(TestBackend.TruncatingBf16);
