using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// Layers of one input whose tensors are neighbours are what each is by itself: to the bit, but for the gradient of the
/// input, whose sums are taken in another order.
/// </summary>
public abstract class LinearNeighboursTests(TestBackend backend) : BackendSuite(backend)
{
    private static readonly NeighbourOptions Heads = new([128, 256, 128], 48, Rank: 16);

    public static TheoryData<int> Kinds { get; } = [.. Enumerable.Range(0, Options.Length)];

    private static NeighbourOptions[] Options =>
    [
        Heads,
        Heads with { HasBias = true },
        new([33, 7, 20], 37, Rank: 5, HasBias: true),
        new([128, 128], 40, Rank: 64),
        new([24, 24], 72),
        new([24, 40, 8], 72, HasBias: true),
        new([128, 128, 128], 40, Rank: 8, Adapted: [true, false, true]),
        new([29, 50], 30, Rank: 4, Dropout: 0.3f),
        Heads with { IsTrained = false },
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AreWhatEachIsByItself(int kind)
    {
        NeighbourOptions options = Options[kind];
        foreach (bool accumulate in (bool[])[false, true])
        {
            var together = new NeighbourCase(Bench, options, true, 17, 0, 40, 83);
            var apart = new NeighbourCase(Bench, options, false, 17, 0, 40, 83);
            double[] before = together.Wide(together.Dx);
            foreach (NeighbourCase one in (NeighbourCase[])[together, apart])
            {
                Dictionary<string, float[]> untouched = one.Everything();
                one.Forward();
                one.Backward(accumulate);
                Assert.All(one.Everything(), r => Assert.NotEqual(untouched[r.Key], r.Value));
            }

            Assert.Equal(apart.Everything(), together.Everything());
            if (options.Dropout > 0)
            {
                AssertSameBits(apart.Read(apart.Dx), together.Read(together.Dx));
                continue;
            }

            double[] truth = together.InputGradient(accumulate ? before : null);
            Compare.AssertRelativeL2("dx", together.Read(together.Dx), truth, 1e-6);
            Compare.AssertRelativeL2("dx of each", apart.Read(apart.Dx), truth, 1e-6);
        }
    }

    [Fact]
    public void DecodingIsWhatEachIsByItself()
    {
        foreach (int tokens in (int[])[1, 5, 40])
        {
            NeighbourCase together = new(Bench, Heads, true, tokens), apart = new(Bench, Heads, false, tokens);
            together.Ops.LinearDecode(together.X, together.Forth);
            apart.Ops.LinearDecode(apart.X, apart.Forth);
            Assert.Equal(apart.Everything(), together.Everything());
        }
    }

    [Fact]
    public void GradientsDoNotDependOnTheSplitIntoMicroBatches()
    {
        int[] rows = [50, 1, 33, 0, 64, 17];
        (Dictionary<string, float[]> all, float[] dx) = MicroBatches(6);
        foreach (int[] split in (int[][])[[2, 4], [1, 1, 1, 1, 1, 1]])
        {
            (Dictionary<string, float[]> others, float[] otherDx) = MicroBatches(split);
            Assert.Equal(all, others);
            AssertSameBits(dx, otherDx);
        }

        (Dictionary<string, float[]>, float[]) MicroBatches(params int[] rowsOfEach)
        {
            using Bench bench = Variant(0);
            var one = new NeighbourCase(bench, Heads with { HasBias = true }, true, rows);
            one.InMicroBatches(rowsOfEach);
            return (one.Everything(), one.Read(one.Dx));
        }
    }

    [Fact]
    public void ThreadsAndOrdersDoNotChangeABit()
    {
        (Dictionary<string, float[]> All, float[] Dx)[] results = [.. new[] { 1, 2 }.Select(variant =>
        {
            using Bench bench = Variant(variant);
            var one = new NeighbourCase(bench, Heads, true, 100, 60);
            one.Forward();
            one.Backward(true);
            return (one.Everything(), one.Read(one.Dx));
        })];
        Assert.Equal(results[0].All, results[1].All);
        AssertSameBits(results[0].Dx, results[1].Dx);
    }

    /// <summary>Each adapter has two products of its own on the way back: with its B, and for the gradient of that.
    /// </summary>
    [Fact]
    public void OneProductDoesForAll()
    {
        if (!IsVirtual || !IsBf16)
            return;
        Assert.Equal((2, 7, 1), Products(Heads with { IsTrained = false }, true));
        Assert.Equal((6, 9, 3), Products(Heads with { IsTrained = false }, false));
        Assert.Equal((1, 1, 1), Products(new NeighbourOptions([24, 40, 8], 72), true));
        Assert.Equal((3, 3, 3), Products(new NeighbourOptions([24, 40, 8], 72), false));

        (int Forward, int Input, int Weight) Products(NeighbourOptions options, bool isTogether)
        {
            var one = new NeighbourCase(Bench, options, isTogether, 20);
            return (
                Count(one.Forward), Count(() => one.Ops.LinearInputBackward(one.Back, one.Layout, one.Dx, false)),
                Count(() => one.Ops.LinearWeightBackward(one.X, one.Back, one.Layout)));
        }

        int Count(Action run)
        {
            Backend.Synchronize();
            int before = Bench.Launches.Count;
            run();
            Backend.Synchronize();
            return Bench.Launches.Skip(before).Count(l => l.Kernel.StartsWith("gemm_", StringComparison.Ordinal));
        }
    }

    /// <summary>What an op would read as dense is refused, and so are outputs that share elements.</summary>
    [Fact]
    public void ColumnsAreRefusedWhereTheyCannotBe()
    {
        Tensor wide = EmptyActivation("wide", 3, 12), left = wide.Columns(0, 8), right = wide.Columns(6, 6);
        Tensor weight = Make("weight", Normal(1, 32), 8, 4), narrow = Make("narrow", Normal(1, 24), 6, 4);
        Tensor x = EmptyActivation("x", 3, 4);
        SequenceLayout layout = Rows(3);
        Assert.Contains("expected a dense tensor", Refusal(() => Backend.Zero(left)));
        Assert.Contains(
            "expected a dense tensor",
            Refusal(() => Backend.Linear(left, new LinearWeights(weight.Reshape(4, 8)), layout, x, null)));
        Assert.Contains(
            "expected separate memory",
            Refusal(() => Backend.Linear(x, [new(new(weight), left), new(new(narrow), right)], layout)));
        Backend.Linear(x, [new(new(narrow), wide.Columns(0, 6)), new(new(narrow), right)], layout);
    }
}

public sealed class ScalarLinearNeighboursTests() : LinearNeighboursTests(TestBackend.Scalar);

public sealed class Vector256LinearNeighboursTests() : LinearNeighboursTests(TestBackend.Vector256);

public sealed class Vector512LinearNeighboursTests() : LinearNeighboursTests(TestBackend.Vector512);

public sealed class VirtualF32LinearNeighboursTests() : LinearNeighboursTests(TestBackend.VirtualF32);

public sealed class TruncatingBf16LinearNeighboursTests() : LinearNeighboursTests(TestBackend.TruncatingBf16);
