using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>Attention over a cache: new tokens see what the same tokens of one whole document see.</summary>
public abstract class AttentionCachedTests(TestBackend backend) : BackendSuite(backend)
{
    private const double Tolerance = 1e-6;

    // Of many tokens bf16 rounds the probabilities, too.
    private const double Bf16Tolerance = 3e-3;

    [Theory]
    [InlineData(9, 3, 64, 0, 1)]
    [InlineData(9, 3, 64, 300, 1)]
    [InlineData(9, 3, 64, 255, 2)]
    [InlineData(7, 1, 24, 254, 4)]
    [InlineData(3, 1, 5, 600, 3)]
    [InlineData(4, 2, 96, 65, 2)]
    [InlineData(4, 4, 80, 0, 65)]
    [InlineData(4, 2, 24, 61, 70)]
    [InlineData(2, 1, 128, 127, 5)]
    [InlineData(12, 1, 8, 100, 130)]
    public void EqualsTheEndOfAWholeDocument(int queryHeads, int keyValueHeads, int headDim, int start, int count)
    {
        var heads = new HeadShape(queryHeads, keyValueHeads, headDim);
        var problem = new AttentionProblem(Bench, heads, [new(1, start + count)]);
        double[] truth = problem.ForwardOracle(start).Y[(start * heads.QuerySize)..];
        Compare.AssertRelativeL2(
            "y", Cached(Bench, problem, heads, start, count), truth, Within(Tolerance, Bf16Tolerance));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void OtherThreadsOrOrdersOfWarpsGiveTheSameBits(int count)
    {
        var heads = new HeadShape(6, 2, 24);
        TestDocument[] documents = [new(1, 600 + count)];
        float[] two = Cached(Bench, new AttentionProblem(Bench, heads, documents), heads, 600, count);
        foreach (int variant in (int[])[1, 3])
        {
            using Bench other = Variant(variant);
            var problem = new AttentionProblem(other, heads, documents);
            AttentionProblem.AssertSameBits($"variant {variant}", Cached(other, problem, heads, 600, count), two);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(20)]
    public void WhatLiesBehindTheNewTokensIsNotRead(int count)
    {
        var heads = new HeadShape(2, 1, 8);
        var problem = new AttentionProblem(Bench, heads, [new(1, 400)]);
        float[] before = Cached(Bench, problem, heads, 300, count);
        problem.Set("k", k => k.Span[((300 + count) * 8)..].Fill(float.NaN));
        problem.Set("v", v => v.Span[((300 + count) * 8)..].Fill(float.NaN));
        Assert.All(before, x => Assert.True(float.IsFinite(x)));
        AttentionProblem.AssertSameBits("y", Cached(Bench, problem, heads, 300, count), before);
    }

    [Fact]
    public void LargeScoresDoNotOverflow()
    {
        var heads = new HeadShape(2, 1, 64);
        var problem = new AttentionProblem(Bench, heads, [new(1, 520)], queryScale: 20);
        double[] truth = problem.ForwardOracle(511).Y;
        foreach (int count in (int[])[2, 9])
        {
            float[] y = Cached(Bench, problem, heads, 520 - count, count);
            Compare.AssertRelativeL2(
                "y", y, truth.AsSpan((520 - count) * heads.QuerySize), Within(2e-5, Bf16Tolerance));
        }
    }

    /// <summary>y of the tokens start .. start + count - 1, the problem's k and v being the cache.</summary>
    private static float[] Cached(Bench bench, AttentionProblem problem, HeadShape heads, int start, int count)
    {
        Tensor y = problem.Result("q", "y").Slice(start, count);
        bench.Backend.AttentionCached(
            problem.Make("q").Slice(start, count), problem.Make("k"), problem.Make("v"), heads, start, y);
        return bench.Values(y);
    }
}

public sealed class ScalarAttentionCachedTests() : AttentionCachedTests(TestBackend.Scalar);

public sealed class Vector256AttentionCachedTests() : AttentionCachedTests(TestBackend.Vector256);

public sealed class Vector512AttentionCachedTests() : AttentionCachedTests(TestBackend.Vector512);

public sealed class VirtualF32AttentionCachedTests() : AttentionCachedTests(TestBackend.VirtualF32);

public sealed class VirtualBf16AttentionCachedTests() : AttentionCachedTests(TestBackend.VirtualBf16);
