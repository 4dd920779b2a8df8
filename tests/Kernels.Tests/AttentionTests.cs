using System.Collections.Concurrent;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests;

/// <summary>Attention, forward and backward, against float64, and its promises about bits.</summary>
public abstract class AttentionTests(TestBackend backend) : BackendSuite(backend)
{
    // fp32 sums of up to 300 terms, each with a rounding of 2^-24: 2^-24 sqrt(300). Gradients: two such in a row.
    private const double ForwardTolerance = 1e-6;
    private const double GradientTolerance = 1.5e-6;

    // A rounding to bf16 has a relative error of 1.7e-3 in L2. Forward: that of probabilities and of y. Gradients: of
    // dS and of the result, and dS is a difference in which y's rounding is left.
    private const double Bf16Forward = 3e-3;
    private const double Bf16Gradient = 6e-3;

    private static readonly int[] EdgeLengths = [1, 63, 64, 65, 127, 129, 300];

    /// <summary>The same for every backend of an activation type, and dear.</summary>
    private static readonly ConcurrentDictionary<(bool, int, int, int), AttentionOracle> Truths = [];

    public static TheoryData<int, int, int, int[]> Cases => new()
    {
        { 7, 1, 24, EdgeLengths },
        { 9, 3, 64, [1, 63, 64, 65, 129] },
        { 4, 4, 80, [65, 127, 1, 129] },
        { 2, 1, 96, [129, 2, 65] },
        { 2, 1, 128, [300, 1, 63] },
        { 4, 2, 8, EdgeLengths },
        { 3, 1, 5, [1, 1, 64, 0, 65, 130] },
        { 12, 1, 8, [1, 15, 17, 300] },
        { 2, 1, 20, [129, 64, 1] },
        { 2, 2, 1, [70] },
        { 2, 1, 8, [640] },
    };

    /// <summary>The virtual GPU is slow; on the CPU long documents are taken apart.</summary>
    private int Long => IsVirtual ? 150 : 640;

    [Theory]
    [MemberData(nameof(Cases))]
    public void EqualsFloat64(int queryHeads, int keyValueHeads, int headDim, int[] lengths)
    {
        AttentionProblem problem = Problem(new HeadShape(queryHeads, keyValueHeads, headDim), lengths);
        AttentionOracle truth =
            Truths.GetOrAdd((IsBf16, queryHeads, keyValueHeads, headDim), _ => problem.Oracle());
        problem.Run().AssertClose(
            truth, Within(ForwardTolerance, Bf16Forward), ForwardTolerance, Within(GradientTolerance, Bf16Gradient));
    }

    [Fact]
    public void LargeScoresDoNotOverflow()
    {
        // Scores of up to 80 have an fp32 rounding error of 80 * 6e-8 and more, which is the relative error of a
        // probability.
        var heads = new HeadShape(3, 1, 64);
        AttentionProblem problem = Problem(heads, [129, 65], queryScale: 17);
        AttentionOracle truth = problem.Oracle();
        Assert.InRange(truth.Lse.Max(), 60, 90);
        problem.Run().AssertClose(truth, Within(1e-5, Bf16Forward), 1e-5, Within(3e-5, 2 * Bf16Gradient));
    }

    [Fact]
    public void AHugeScoreTakesAllTheWeight()
    {
        var heads = new HeadShape(1, 1, 8);
        AttentionProblem problem = Problem(heads, [100])
            .Set("q", q => q.Span.Fill(1e4f))
            .Set("k", k =>
            {
                k.Span.Fill(-1e4f);
                k.Span[..8].Fill(1e4f);
            });
        AttentionResults results = problem.Run();
        float[] first = problem.Values("v")[..8];
        for (int t = 0; t < 100; t++)
        {
            // In bf16 the weight is rounded, and the sum that it is divided by is not.
            Assert.Equal(
                first, results.Y[(8 * t)..(8 * t + 8)],
                (a, b) => Math.Abs(a - b) <= Within(0, 1.0 / 128) * Math.Abs(a));
        }

        Assert.All(results.Dq, x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void OtherThreadsOrOrdersOfWarpsGiveTheSameBits()
    {
        var heads = new HeadShape(6, 2, 24);
        int[] lengths = [Long, 1, 1, 64, 129, 300];
        AttentionResults two = Problem(heads, lengths).Run();
        Problem(heads, lengths).Run().AssertSameBits(two, heads);
        foreach (int variant in (int[])[1, 3])
        {
            using Bench other = Variant(variant);
            Problem(heads, lengths, bench: other).Run().AssertSameBits(two, heads);
        }
    }

    [Theory]
    [InlineData(9, 3, 16)]
    [InlineData(12, 1, 8)]
    public void ADocumentDoesNotKnowItsBatch(int queryHeads, int keyValueHeads, int headDim)
    {
        var heads = new HeadShape(queryHeads, keyValueHeads, headDim);
        TestDocument[] documents = [new(1, 3), new(2, 300), new(3, 1), new(4, 40), new(5, 65), new(6, 20), new(
            7, Long)];
        var batch = new AttentionProblem(Bench, heads, documents);
        AttentionResults together = batch.Run();
        for (int d = 0; d < documents.Length; d++)
        {
            AttentionResults alone = new AttentionProblem(Bench, heads, [documents[d]]).Run();
            foreach (((string name, float[] all, int width), (_, float[] own, _))
                in together.All(heads).Zip(alone.All(heads)))
            {
                AttentionProblem.AssertSameBits($"document {d}, {name}", batch.Part(all, width, d), own);
            }
        }
    }

    [Fact]
    public void ChangingADocumentLeavesTheOthersAlone()
    {
        var heads = new HeadShape(4, 2, 8);
        TestDocument[] documents = [new(1, 70), new(2, 5), new(3, 64), new(4, 9)];
        var problem = new AttentionProblem(Bench, heads, documents);
        AttentionResults before = problem.Run();
        documents[1] = new TestDocument(20, 5);
        AttentionResults after = new AttentionProblem(Bench, heads, documents).Run();
        for (int d = 0; d < documents.Length; d++)
        {
            foreach (((string name, float[] old, int width), (_, float[] now, _))
                in before.All(heads).Zip(after.All(heads)))
            {
                Span<float> a = problem.Part(old, width, d), b = problem.Part(now, width, d);
                if (d == 1)
                    Assert.False(a.SequenceEqual(b));
                else
                    AttentionProblem.AssertSameBits($"document {d}, {name}", a, b);
            }
        }
    }

    [Fact]
    public void ATokenDoesNotSeeTheFuture()
    {
        var heads = new HeadShape(2, 1, 8);
        float[] before = Problem(heads, [200]).Run().Y;
        float[] after = Problem(heads, [200])
            .Set("k", k => k.Span[(130 * 8)..].Fill(float.NaN))
            .Set("v", v =>
            {
                v.Span[(130 * 8)..].Fill(3);
                v.Span[(192 * 8)..].Fill(float.NaN);
            }).Run().Y;
        Support.Compare.AssertRelativeL2(
            "y before the change", after.AsSpan(0, 128 * 16), AttentionProblem.Doubles(before[..(128 * 16)]), 1e-7);
        Assert.True(float.IsNaN(after[^1]));
    }

    [Fact]
    public void WorkspaceDoesNotGrowWithTheSquareOfTheLength()
    {
        var heads = new HeadShape(2, 1, 8);
        int length = IsVirtual ? 256 : 1024;
        Problem(heads, [length]).Run();
        long small = Backend.WorkspaceBytes;
        Problem(heads, [2 * length]).Run();
        Assert.InRange(Backend.WorkspaceBytes, 1, 2.2 * small);
    }

    private AttentionProblem Problem(HeadShape heads, int[] lengths, float queryScale = 1, Bench? bench = null) =>
        new(bench ?? Bench, heads, [.. lengths.Select((length, i) => new TestDocument(100 + i, length))], queryScale);
}

public sealed class CpuBf16AttentionTests() : AttentionTests(TestBackend.CpuBf16);

public sealed class ScalarAttentionTests() : AttentionTests(TestBackend.Scalar);

public sealed class Vector256AttentionTests() : AttentionTests(TestBackend.Vector256);

public sealed class Vector512AttentionTests() : AttentionTests(TestBackend.Vector512);

public sealed class VirtualF32AttentionTests() : AttentionTests(TestBackend.VirtualF32);

public sealed class TruncatingBf16AttentionTests() : AttentionTests(TestBackend.TruncatingBf16);
