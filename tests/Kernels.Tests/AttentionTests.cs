using System.Collections.Concurrent;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>Attention, forward and backward, against float64, and its promises about bits.</summary>
public abstract class AttentionTests(SimdLevel level) : IDisposable
{
    // fp32 sums of up to 300 terms; measured: 3e-7 forward, 5e-7 in the gradients.
    private const double ForwardTolerance = 1e-6;
    private const double GradientTolerance = 1.5e-6;

    private static readonly int[] EdgeLengths = [1, 63, 64, 65, 127, 129, 300];

    /// <summary>The same for every level, and dear.</summary>
    private static readonly ConcurrentDictionary<(int, int, int), AttentionOracle> Truths = [];

    private readonly Ops.Ops _ops = Backends.Cpu(level, threads: 2);

    public static TheoryData<int, int, int, int[]> Cases => new()
    {
        { 7, 1, 24, EdgeLengths },
        { 9, 3, 64, EdgeLengths },
        { 4, 4, 80, [65, 127, 1, 129] },
        { 2, 1, 128, [300, 1, 63] },
        { 4, 2, 8, EdgeLengths },
        { 3, 1, 5, [1, 1, 64, 0, 65, 130] },
        { 12, 1, 8, [1, 15, 17, 300] },
        { 2, 2, 1, [70] },
        { 2, 1, 8, [640] },
    };

    public void Dispose()
    {
        _ops.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void EqualsFloat64(int queryHeads, int keyValueHeads, int headDim, int[] lengths)
    {
        using AttentionProblem problem = Problem(new HeadShape(queryHeads, keyValueHeads, headDim), lengths);
        problem.Run();
        AttentionOracle truth = Truths.GetOrAdd((queryHeads, keyValueHeads, headDim), _ => problem.Oracle());
        AssertClose(problem, truth, ForwardTolerance, GradientTolerance);
    }

    [Fact]
    public void LargeScoresDoNotOverflow()
    {
        // Scores of up to 80 have an fp32 rounding error of 80 * 6e-8 and more, which is the relative error of a probability.
        var heads = new HeadShape(3, 1, 64);
        using AttentionProblem problem = Problem(heads, [129, 65], queryScale: 17);
        AttentionOracle truth = problem.Run().Oracle();
        Assert.InRange(truth.Lse.Max(), 60, 90);
        AssertClose(problem, truth, 1e-5, 3e-5);
    }

    [Fact]
    public void AHugeScoreTakesAllTheWeight()
    {
        using Arena arena = _ops.CreateArena("test");
        var heads = new HeadShape(1, 1, 8);
        using AttentionProblem problem = Problem(heads, [100]);
        problem.Q.Span<float>().Fill(1e4f);
        problem.K.Slice(1, 99).Span<float>().Fill(-1e4f);
        problem.K.Slice(0, 1).Span<float>().Fill(1e4f);
        problem.Run();
        float[] first = problem.V.Slice(0, 1).Span<float>().ToArray();
        for (int t = 0; t < 100; t++)
            Assert.Equal(first, problem.Y.Slice(t, 1).Span<float>().ToArray());
        Assert.All(problem.Dq.Span<float>().ToArray(), x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void OneThreadAndThreeGiveTheSameBits()
    {
        var heads = new HeadShape(6, 2, 24);
        using AttentionProblem two = Problem(heads, [300, 1, 1, 64, 129, 640]).Run();
        foreach (int threads in (int[])[1, 3])
        {
            using Ops.Ops other = Backends.Cpu(level, threads);
            using AttentionProblem same = Problem(heads, [300, 1, 1, 64, 129, 640], ops: other).Run();
            for (int i = 0; i < two.Results.Length; i++)
                AttentionProblem.AssertSameBits(two.Results[i].Name, same.Results[i].Span<float>(), two.Results[i].Span<float>());
        }
    }

    [Theory]
    [InlineData(9, 3, 16)]
    [InlineData(12, 1, 8)]
    public void ADocumentDoesNotKnowItsBatch(int queryHeads, int keyValueHeads, int headDim)
    {
        var heads = new HeadShape(queryHeads, keyValueHeads, headDim);
        TestDocument[] documents = [new(1, 3), new(2, 300), new(3, 1), new(4, 40), new(5, 65), new(6, 20), new(7, 520)];
        using AttentionProblem batch = new AttentionProblem(_ops, heads, documents).Run();
        for (int d = 0; d < documents.Length; d++)
        {
            using AttentionProblem alone = new AttentionProblem(_ops, heads, [documents[d]]).Run();
            for (int i = 0; i < alone.Results.Length; i++)
            {
                AttentionProblem.AssertSameBits(
                    $"document {d}, {alone.Results[i].Name}", batch.Part(batch.Results[i], d), alone.Results[i].Span<float>());
            }
        }
    }

    [Fact]
    public void ChangingADocumentLeavesTheOthersAlone()
    {
        var heads = new HeadShape(4, 2, 8);
        TestDocument[] documents = [new(1, 70), new(2, 5), new(3, 64), new(4, 9)];
        using AttentionProblem before = new AttentionProblem(_ops, heads, documents).Run();
        documents[1] = new TestDocument(20, 5);
        using AttentionProblem after = new AttentionProblem(_ops, heads, documents).Run();
        for (int d = 0; d < documents.Length; d++)
        {
            for (int i = 0; i < before.Results.Length; i++)
            {
                Span<float> old = before.Part(before.Results[i], d), now = after.Part(after.Results[i], d);
                if (d == 1)
                    Assert.False(old.SequenceEqual(now));
                else
                    AttentionProblem.AssertSameBits($"document {d}, {before.Results[i].Name}", old, now);
            }
        }
    }

    [Fact]
    public void ATokenDoesNotSeeTheFuture()
    {
        var heads = new HeadShape(2, 1, 8);
        using AttentionProblem problem = Problem(heads, [200]).Run();
        float[] before = problem.Y.Slice(0, 130).Span<float>().ToArray();
        problem.K.Slice(130, 70).Span<float>().Fill(float.NaN);
        problem.V.Slice(130, 70).Span<float>().Fill(3);
        problem.V.Slice(192, 8).Span<float>().Fill(float.NaN);
        problem.Run();
        double[] truth = Array.ConvertAll(before, x => (double)x);
        Compare.AssertRelativeL2("y before the change", problem.Y.Slice(0, 128).Span<float>(), truth.AsSpan(0, 128 * 16), 1e-7);
        Assert.True(float.IsNaN(problem.Y.Span<float>()[^1]));
    }

    [Fact]
    public void WorkspaceDoesNotGrowWithTheSquareOfTheLength()
    {
        var heads = new HeadShape(2, 1, 8);
        using (AttentionProblem problem = Problem(heads, [1024]))
            problem.Run();
        long small = _ops.WorkspaceBytes;
        using (AttentionProblem problem = Problem(heads, [2048]))
            problem.Run();
        Assert.InRange(_ops.WorkspaceBytes, 0, 2 * small);
    }

    private AttentionProblem Problem(HeadShape heads, int[] lengths, float queryScale = 1, Ops.Ops? ops = null) =>
        new(ops ?? _ops, heads, [.. lengths.Select((length, i) => new TestDocument(100 + i, length))], queryScale);

    private static void AssertClose(AttentionProblem problem, AttentionOracle truth, double forward, double gradient)
    {
        Compare.AssertRelativeL2("y", problem.Y.Span<float>(), truth.Y, forward);
        Compare.AssertRelativeL2("lse", problem.Lse.Span<float>(), truth.Lse, forward);
        Compare.AssertRelativeL2("dq", problem.Dq.Span<float>(), truth.Dq, gradient);
        Compare.AssertRelativeL2("dk", problem.Dk.Span<float>(), truth.Dk, gradient);
        Compare.AssertRelativeL2("dv", problem.Dv.Span<float>(), truth.Dv, gradient);
    }
}

public sealed class ScalarAttentionTests() : AttentionTests(SimdLevel.Scalar);

public sealed class Vector256AttentionTests() : AttentionTests(SimdLevel.Vector256);

public sealed class Vector512AttentionTests() : AttentionTests(SimdLevel.Vector512);
