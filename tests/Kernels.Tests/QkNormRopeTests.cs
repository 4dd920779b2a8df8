using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// Per-head norm and rotary embedding, forward and backward, against float64, and the promises about bits.
/// </summary>
public abstract class QkNormRopeTests(SimdLevel level) : IDisposable
{
    // A handful of roundings in each element, and sums of up to 128 terms in the norm.
    private const double Tolerance = 4e-7;

    // Sums of up to 1,800 terms (200 tokens, 9 heads), 64 tokens at a time; measured: 4e-7.
    private const double WeightTolerance = 1e-6;

    private readonly Ops.Ops _ops = Backends.Cpu(level, threads: 2);

    public static TheoryData<int, int, int, bool, DType> Cases => new()
    {
        { 9, 3, 64, false, DType.F32 },
        { 9, 3, 64, true, DType.F32 },
        { 4, 4, 80, true, DType.BF16 },
        { 7, 1, 24, true, DType.F32 },
        { 2, 1, 128, true, DType.F32 },
        { 3, 1, 8, true, DType.BF16 },
        { 1, 1, 2, true, DType.F32 },
        { 2, 2, 6, false, DType.F32 },
    };

    public void Dispose()
    {
        _ops.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void EqualsFloat64(int queryHeads, int keyValueHeads, int headDim, bool norm, DType weightType)
    {
        using QkNormRopeProblem problem = Problem(new HeadShape(queryHeads, keyValueHeads, headDim), norm, weightType);
        problem.Run();
        foreach (bool query in (bool[])[true, false])
        {
            QkNormRopeOracle truth = problem.Oracle(query);
            string which = query ? "q" : "k";
            Compare.AssertRelativeL2(which, (query ? problem.QOut : problem.KOut).Span<float>(), truth.Y, Tolerance);
            Compare.AssertRelativeL2("d" + which, (query ? problem.Dq : problem.Dk).Span<float>(), truth.Dx, Tolerance);
            if ((query ? problem.DQueryNorm : problem.DKeyNorm) is { } gradient)
                Compare.AssertRelativeL2("norm of " + which, gradient.Span<float>(), truth.DWeight, WeightTolerance);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OutputsMayBeTheInputs(bool norm)
    {
        var heads = new HeadShape(3, 1, 24);
        using QkNormRopeProblem problem = Problem(heads, norm);
        problem.Run();
        problem.Forward(problem.Q, problem.K);
        AttentionProblem.AssertSameBits("q", problem.Q.Span<float>(), problem.QOut.Span<float>());
        AttentionProblem.AssertSameBits("k", problem.K.Span<float>(), problem.KOut.Span<float>());
    }

    [Fact]
    public void OneThreadAndThreeGiveTheSameBits()
    {
        var heads = new HeadShape(3, 1, 24);
        using QkNormRopeProblem two = Problem(heads, norm: true);
        two.Run();
        foreach (int threads in (int[])[1, 3])
        {
            using Ops.Ops other = Backends.Cpu(level, threads);
            using QkNormRopeProblem same = Problem(heads, norm: true, ops: other);
            same.Run();
            for (int i = 0; i < two.Results.Length; i++)
                AttentionProblem.AssertSameBits(two.Results[i].Name, same.Results[i].Span<float>(), two.Results[i].Span<float>());
        }
    }

    [Fact]
    public void NormGradientsDoNotDependOnTheSplitIntoMicroBatches()
    {
        var heads = new HeadShape(2, 1, 8);
        QkNormRopeProblem.Row[] rows = [new(1, 70), new(2, 130), new(3, 0), new(4, 33), new(5, 64)];
        using var whole = new QkNormRopeProblem(_ops, heads, norm: true, DType.F32, rows);
        whole.Run();
        using Arena arena = _ops.CreateArena("sum");
        Tensor query = arena.Allocate("query", DType.F32, 8), key = arena.Allocate("key", DType.F32, 8);
        query.Span<float>().Fill(QkNormRopeProblem.InitialGradient);
        key.Span<float>().Fill(QkNormRopeProblem.InitialGradient);
        foreach (QkNormRopeProblem.Row[] part in (QkNormRopeProblem.Row[][])[rows[..1], rows[1..4], rows[4..]])
        {
            using var micro = new QkNormRopeProblem(_ops, heads, norm: true, DType.F32, part);
            micro.Backward(query, key);
        }

        AttentionProblem.AssertSameBits("query norm", query.Span<float>(), whole.DQueryNorm!.Span<float>());
        AttentionProblem.AssertSameBits("key norm", key.Span<float>(), whole.DKeyNorm!.Span<float>());
    }

    [Fact]
    public void FrozenNormsChangeNothingElse()
    {
        var heads = new HeadShape(2, 1, 8);
        using QkNormRopeProblem trained = Problem(heads, norm: true), frozen = Problem(heads, norm: true), half = Problem(heads, norm: true);
        trained.Run();
        frozen.Backward(null, null);
        half.Backward(null, half.DKeyNorm);
        AttentionProblem.AssertSameBits("dq", frozen.Dq.Span<float>(), trained.Dq.Span<float>());
        AttentionProblem.AssertSameBits("dk", frozen.Dk.Span<float>(), trained.Dk.Span<float>());
        AttentionProblem.AssertSameBits("key norm", half.DKeyNorm!.Span<float>(), trained.DKeyNorm!.Span<float>());
    }

    [Fact]
    public void APositionBeyondTheTableIsNamed()
    {
        using QkNormRopeProblem problem = Problem(new HeadShape(2, 1, 8), norm: false);
        foreach (int wrong in (int[])[QkNormRopeProblem.TableRows, -1])
        {
            problem.Layout.Positions.Span<int>()[5] = wrong;
            var e = Assert.Throws<ArgumentException>(() => problem.Forward(problem.QOut, problem.KOut));
            Assert.Contains($"got {wrong} at token 5", e.Message);
            Assert.Contains($"0 .. {QkNormRopeProblem.TableRows - 1}", e.Message);
            Assert.Throws<ArgumentException>(() => problem.Backward(null, null));
        }
    }

    [Fact]
    public void WrongArgumentsAreNamed()
    {
        using QkNormRopeProblem problem = Problem(new HeadShape(2, 1, 8), norm: false);
        using QkNormRopeProblem odd = Problem(new HeadShape(2, 1, 7), norm: false);
        using QkNormRopeProblem normed = Problem(new HeadShape(2, 1, 8), norm: true);
        AssertRefused("even head size", () => odd.Forward(odd.QOut, odd.KOut));
        AssertRefused("k", () => problem.Forward(problem.QOut, problem.QOut));
        AssertRefused("overlap", () => normed.Backward(null, null, dq: normed.Q));
        AssertRefused("no norm", () => problem.Backward(normed.DQueryNorm, null));
    }

    private QkNormRopeProblem Problem(HeadShape heads, bool norm, DType weightType = DType.F32, Ops.Ops? ops = null) =>
        new(ops ?? _ops, heads, norm, weightType, [new(1, 65), new(2, 1), new(3, 134)]);

    private static void AssertRefused(string part, Action call) => Assert.Contains(part, Assert.Throws<ArgumentException>(call).Message);
}

public sealed class ScalarQkNormRopeTests() : QkNormRopeTests(SimdLevel.Scalar);

public sealed class Vector256QkNormRopeTests() : QkNormRopeTests(SimdLevel.Vector256);

public sealed class Vector512QkNormRopeTests() : QkNormRopeTests(SimdLevel.Vector512);
