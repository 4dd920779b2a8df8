using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>Attention over a cache: new tokens see what the same tokens of one whole document see.</summary>
public abstract class AttentionCachedTests(SimdLevel level) : IDisposable
{
    private const double Tolerance = 1e-6;

    private readonly Ops.Ops _ops = Backends.Cpu(level, threads: 2);

    public void Dispose()
    {
        _ops.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(9, 3, 64, 0, 1)]
    [InlineData(9, 3, 64, 300, 1)]
    [InlineData(9, 3, 64, 255, 2)]
    [InlineData(7, 1, 24, 254, 4)]
    [InlineData(3, 1, 5, 600, 3)]
    [InlineData(4, 4, 80, 0, 65)]
    [InlineData(4, 2, 24, 61, 70)]
    [InlineData(2, 1, 128, 127, 5)]
    [InlineData(12, 1, 8, 100, 130)]
    public void EqualsTheEndOfAWholeDocument(int queryHeads, int keyValueHeads, int headDim, int start, int count)
    {
        var heads = new HeadShape(queryHeads, keyValueHeads, headDim);
        using var problem = new AttentionProblem(_ops, heads, [new(1, start + count)]);
        double[] truth = problem.ForwardOracle(start).Y[(start * heads.QuerySize)..];
        Compare.AssertRelativeL2("y", Cached(_ops, problem, heads, start, count), truth, Tolerance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void OneThreadAndThreeGiveTheSameBits(int count)
    {
        var heads = new HeadShape(6, 2, 24);
        using var problem = new AttentionProblem(_ops, heads, [new(1, 600 + count)]);
        float[] two = Cached(_ops, problem, heads, 600, count);
        foreach (int threads in (int[])[1, 3])
        {
            using Ops.Ops other = Backends.Cpu(level, threads);
            AttentionProblem.AssertSameBits($"{threads} threads", Cached(other, problem, heads, 600, count), two);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(20)]
    public void WhatLiesBehindTheNewTokensIsNotRead(int count)
    {
        var heads = new HeadShape(2, 1, 8);
        using var problem = new AttentionProblem(_ops, heads, [new(1, 400)]);
        float[] before = Cached(_ops, problem, heads, 300, count);
        problem.K.Slice(300 + count, 100 - count).Span<float>().Fill(float.NaN);
        problem.V.Slice(300 + count, 100 - count).Span<float>().Fill(float.NaN);
        Assert.All(before, x => Assert.True(float.IsFinite(x)));
        AttentionProblem.AssertSameBits("y", Cached(_ops, problem, heads, 300, count), before);
    }

    [Fact]
    public void LargeScoresDoNotOverflow()
    {
        var heads = new HeadShape(2, 1, 64);
        using var problem = new AttentionProblem(_ops, heads, [new(1, 520)], queryScale: 20);
        double[] truth = problem.ForwardOracle(511).Y;
        foreach (int count in (int[])[2, 9])
        {
            float[] y = Cached(_ops, problem, heads, 520 - count, count);
            Compare.AssertRelativeL2("y", y, truth.AsSpan((520 - count) * heads.QuerySize), 2e-5);
        }
    }

    /// <summary>y of the tokens start .. start + count - 1, the problem's k and v being the cache.</summary>
    private static float[] Cached(Ops.Ops ops, AttentionProblem problem, HeadShape heads, int start, int count)
    {
        using Arena arena = ops.CreateArena("cached");
        Tensor y = arena.Allocate("y", DType.F32, count, heads.QuerySize);
        y.Span<float>().Fill(float.NaN);
        ops.AttentionCached(problem.Q.Slice(start, count), problem.K, problem.V, heads, start, y);
        return y.Span<float>().ToArray();
    }
}

public sealed class ScalarAttentionCachedTests() : AttentionCachedTests(SimdLevel.Scalar);

public sealed class Vector256AttentionCachedTests() : AttentionCachedTests(SimdLevel.Vector256);

public sealed class Vector512AttentionCachedTests() : AttentionCachedTests(SimdLevel.Vector512);
