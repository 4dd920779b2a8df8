using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// Per-head norm and rotary embedding, forward and backward, against float64, and the promises about bits.
/// </summary>
public abstract class QkNormRopeTests(TestBackend backend) : BackendSuite(backend)
{
    // A handful of roundings in each element, and sums of up to 128 terms in the norm.
    private const double Tolerance = 4e-7;

    // Sums of up to 1,800 terms (200 tokens, 9 heads), some of them at a time; measured: 4e-7.
    private const double WeightTolerance = 1e-6;

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

    [Theory]
    [MemberData(nameof(Cases))]
    public void EqualsFloat64(int queryHeads, int keyValueHeads, int headDim, bool norm, DType weightType)
    {
        QkNormRopeProblem problem = Problem(new HeadShape(queryHeads, keyValueHeads, headDim), norm, weightType);
        problem.Run();
        foreach (bool query in (bool[])[true, false])
        {
            QkNormRopeOracle truth = problem.Oracle(query);
            string which = query ? "q" : "k";
            AssertActivation(which, query ? problem.QOut : problem.KOut, truth.Y);
            AssertActivation("d" + which, query ? problem.Dq : problem.Dk, truth.Dx);
            if ((query ? problem.DQueryNorm : problem.DKeyNorm) is { } gradient)
                Compare.AssertRelativeL2("norm of " + which, Values(gradient), truth.DWeight, WeightTolerance);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OutputsMayBeTheInputs(bool norm)
    {
        QkNormRopeProblem problem = Problem(new HeadShape(3, 1, 24), norm);
        problem.Run();
        problem.Forward(problem.Q, problem.K);
        AssertSameBits(Values(problem.QOut), Values(problem.Q));
        AssertSameBits(Values(problem.KOut), Values(problem.K));
    }

    [Fact]
    public void VariantsGiveTheSameBits()
    {
        var heads = new HeadShape(3, 1, 24);
        QkNormRopeProblem two = Problem(heads, norm: true);
        two.Run();
        foreach (int variant in (int[])[1, 3])
        {
            using Bench other = Variant(variant);
            QkNormRopeProblem same = Problem(heads, norm: true, bench: other);
            same.Run();
            for (int i = 0; i < two.Results.Length; i++)
                AssertSameBits(Values(two.Results[i]), other.Values(same.Results[i]));
        }
    }

    /// <summary>Of few tokens, more warps share out each.</summary>
    [Fact]
    public void ATokenDoesNotDependOnOthers()
    {
        var heads = new HeadShape(6, 2, 64);
        QkNormRopeProblem.Row[] others = [.. Enumerable.Range(2, 5).Select(i => new QkNormRopeProblem.Row(i, 149))];
        QkNormRopeProblem one = Problem(heads, norm: true, rows: [new(1, 1)]),
            many = Problem(heads, norm: true, rows: [new(1, 1), .. others]);
        one.Forward(one.QOut, one.KOut);
        many.Forward(many.QOut, many.KOut);
        AssertSameBits(Values(one.QOut), Values(many.QOut)[..heads.QuerySize]);
        AssertSameBits(Values(one.KOut), Values(many.KOut)[..heads.KeyValueSize]);
    }

    [Fact]
    public void NormGradientsDoNotDependOnTheSplitIntoMicroBatches()
    {
        var heads = new HeadShape(2, 1, 8);
        QkNormRopeProblem.Row[] rows = [new(1, 70), new(2, 130), new(3, 0), new(4, 33), new(5, 64)];
        QkNormRopeProblem whole = Problem(heads, norm: true, rows: rows);
        whole.Run();
        Tensor query = QkNormRopeProblem.StartedGradient(Bench, heads),
            key = QkNormRopeProblem.StartedGradient(Bench, heads);
        foreach (QkNormRopeProblem.Row[] part in (QkNormRopeProblem.Row[][])[rows[..1], rows[1..4], rows[4..]])
            Problem(heads, norm: true, rows: part).Backward(query, key);
        AssertSameBits(Values(whole.DQueryNorm!), Values(query));
        AssertSameBits(Values(whole.DKeyNorm!), Values(key));
    }

    [Fact]
    public void FrozenNormsChangeNothingElse()
    {
        var heads = new HeadShape(2, 1, 8);
        QkNormRopeProblem trained = Problem(heads, norm: true), frozen = Problem(heads, norm: true),
            half = Problem(heads, norm: true);
        trained.Run();
        frozen.Backward(null, null);
        half.Backward(null, half.DKeyNorm);
        AssertSameBits(Values(trained.Dq), Values(frozen.Dq));
        AssertSameBits(Values(trained.Dk), Values(frozen.Dk));
        AssertSameBits(Values(trained.DKeyNorm!), Values(half.DKeyNorm!));
    }

    [Fact]
    public void APositionBeyondTheTableIsNamed()
    {
        QkNormRopeProblem problem = Problem(new HeadShape(2, 1, 8), norm: false);
        int[] positions = Bench.Read<int>(problem.Layout.Positions);
        foreach (int wrong in (int[])[QkNormRopeProblem.TableRows, -1])
        {
            positions[5] = wrong;
            Backend.Upload<int>(positions, problem.Layout.Positions);
            string message = Refusal(() => problem.Forward(problem.QOut, problem.KOut));
            Assert.Contains($"got {wrong} at token 5", message);
            Assert.Contains($"0 .. {QkNormRopeProblem.TableRows - 1}", message);
            Assert.Contains($"got {wrong} at token 5", Refusal(() => problem.Backward(null, null)));
        }
    }

    [Fact]
    public void WrongArgumentsAreNamed()
    {
        QkNormRopeProblem problem = Problem(new HeadShape(2, 1, 8), norm: false);
        QkNormRopeProblem odd = Problem(new HeadShape(2, 1, 7), norm: false);
        QkNormRopeProblem normed = Problem(new HeadShape(2, 1, 8), norm: true);
        Assert.Contains("even head size", Refusal(() => odd.Forward(odd.QOut, odd.KOut)));
        Assert.Contains("k", Refusal(() => problem.Forward(problem.QOut, problem.QOut)));
        Assert.Contains("overlap", Refusal(() => normed.Backward(null, null, dq: normed.Q)));
        Assert.Contains("no norm", Refusal(() => problem.Backward(normed.DQueryNorm, null)));
    }

    private QkNormRopeProblem Problem(
        HeadShape heads, bool norm, DType weightType = DType.F32, Bench? bench = null,
        QkNormRopeProblem.Row[]? rows = null) =>
        new(bench ?? Bench, heads, norm, weightType, rows ?? [new(1, 65), new(2, 1), new(3, 134)]);

    private void AssertActivation(string what, Tensor got, double[] truth) =>
        ActivationCompare.Assert(what, Values(got), truth, Tolerance, IsBf16);
}

public sealed class ScalarQkNormRopeTests() : QkNormRopeTests(TestBackend.Scalar);

public sealed class Vector256QkNormRopeTests() : QkNormRopeTests(TestBackend.Vector256);

public sealed class Vector512QkNormRopeTests() : QkNormRopeTests(TestBackend.Vector512);

public sealed class VirtualF32QkNormRopeTests() : QkNormRopeTests(TestBackend.VirtualF32);

public sealed class VirtualBf16QkNormRopeTests() : QkNormRopeTests(TestBackend.VirtualBf16);

public sealed class PerturbedBf16QkNormRopeTests() : QkNormRopeTests(TestBackend.PerturbedBf16);
