using MolEngine.Kernels.Ops;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>Attention over pages: new tokens see what the same tokens of one whole document see.</summary>
public abstract class AttentionPagedTests(TestBackend backend) : BackendSuite(backend)
{
    private const double Tolerance = 1e-6;

    // Of many tokens bf16 rounds the probabilities, too.
    private const double Bf16Tolerance = 3e-3;

    [Theory]
    [InlineData(9, 3, 64, 0, 1)]
    [InlineData(9, 3, 64, 300, 1)]
    [InlineData(9, 3, 64, 63, 2)]
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
            "y", Last(Bench, problem, heads, start, start + count), truth, Within(Tolerance, Bf16Tolerance));
    }

    [Fact]
    public void SequencesOfOneCallDoNotSeeEachOther()
    {
        var heads = new HeadShape(4, 2, 24);
        TestDocument[] documents = [new(1, 200), new(2, 65), new(3, 40), new(4, 1)];
        var problem = new AttentionProblem(Bench, heads, documents);
        var cache = new PagedProblem(Bench, heads, problem);
        cache.Step([(0, 0, 170), (1, 0, 64)]);
        float[] y = cache.Step([(2, 0, 40), (1, 64, 65), (3, 0, 1), (0, 170, 200)]);
        double[] all = problem.ForwardOracle(0).Y;
        int[] starts = problem.Layout.DocumentStarts;
        double[] truth = [.. Rows(2, 0, 40), .. Rows(1, 64, 65), .. Rows(3, 0, 1), .. Rows(0, 170, 200)];
        Compare.AssertRelativeL2("y", y, truth, Within(Tolerance, Bf16Tolerance));

        double[] Rows(int document, int from, int to) =>
            all[((starts[document] + from) * heads.QuerySize)..((starts[document] + to) * heads.QuerySize)];
    }

    /// <summary>In one piece, in many, and beside others: bits that depend on what a token sees alone.</summary>
    [Fact]
    public void ATokenHasTheSameBitsHoweverItComes()
    {
        var heads = new HeadShape(6, 2, 12);
        const int Length = 150;
        var problem = new AttentionProblem(Bench, heads, [new(1, Length), new(2, 90)]);
        float[] whole = new PagedProblem(Bench, heads, problem).Step([(0, 0, Length)], sameBits: true);
        foreach (int[] cuts in (int[][])[[0, 1, 2, 66, 67, Length], [0, 64, 128, 129, 130, Length], [0, 149, Length]])
        {
            var cache = new PagedProblem(Bench, heads, problem);
            var y = new List<float>();
            for (int i = 0; i + 1 < cuts.Length; i++)
            {
                float[] both = cache.Step([(1, 0, 17 * i), (0, cuts[i], cuts[i + 1])], sameBits: true);
                y.AddRange(both.AsSpan(17 * i * heads.QuerySize));
            }

            AttentionProblem.AssertSameBits("y", y.ToArray(), whole);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void OtherThreadsOrOrdersOfWarpsGiveTheSameBits(int count)
    {
        var heads = new HeadShape(6, 2, 24);
        TestDocument[] documents = [new(1, 600 + count)];
        float[] two = Last(Bench, new AttentionProblem(Bench, heads, documents), heads, 600, 600 + count);
        foreach (int variant in (int[])[1, 3])
        {
            using Bench other = Variant(variant);
            var problem = new AttentionProblem(other, heads, documents);
            AttentionProblem.AssertSameBits($"variant {variant}", Last(other, problem, heads, 600, 600 + count), two);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void WhatLiesBehindTheNewTokensIsNotRead(int count)
    {
        var heads = new HeadShape(2, 1, 8);
        var problem = new AttentionProblem(Bench, heads, [new(1, 400)]);
        float[] before = Last(Bench, problem, heads, 300, 300 + count);
        problem.Set("k", k => k.Span[((300 + count) * 8)..].Fill(float.NaN));
        problem.Set("v", v => v.Span[((300 + count) * 8)..].Fill(float.NaN));
        var cache = new PagedProblem(Bench, heads, problem);
        cache.Step([(0, 0, 400)]);
        float[] after = cache.Step([(0, 300, 300 + count)]);
        Assert.All(before, x => Assert.True(float.IsFinite(x)));
        AttentionProblem.AssertSameBits("y", after, before);
    }

    [Fact]
    public void LargeScoresDoNotOverflow()
    {
        var heads = new HeadShape(2, 1, 64);
        var problem = new AttentionProblem(Bench, heads, [new(1, 520)], queryScale: 20);
        double[] truth = problem.ForwardOracle(511).Y;
        foreach (int count in (int[])[2, 9])
        {
            float[] y = Last(Bench, problem, heads, 520 - count, 520);
            Compare.AssertRelativeL2(
                "y", y, truth.AsSpan((520 - count) * heads.QuerySize), Within(2e-5, Bf16Tolerance));
        }
    }

    /// <summary>y of the tokens from .. to - 1 of the first document.</summary>
    private static float[] Last(Bench bench, AttentionProblem problem, HeadShape heads, int from, int to)
    {
        var cache = new PagedProblem(bench, heads, problem);
        if (from > 0)
            cache.Step([(0, 0, from)]);
        return cache.Step([(0, from, to)]);
    }
}

public sealed class ScalarAttentionPagedTests() : AttentionPagedTests(TestBackend.Scalar);

public sealed class Vector256AttentionPagedTests() : AttentionPagedTests(TestBackend.Vector256);

public sealed class Vector512AttentionPagedTests() : AttentionPagedTests(TestBackend.Vector512);

public sealed class VirtualF32AttentionPagedTests() : AttentionPagedTests(TestBackend.VirtualF32);

public sealed class TruncatingBf16AttentionPagedTests() : AttentionPagedTests(TestBackend.TruncatingBf16);
