using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Elementwise;

public abstract class AdamWTests(TestBackend backend) : BackendSuite(backend)
{
    public static TheoryData<int> Sizes => [1, 15, 17, 63, 576, 40001];

    /// <summary>
    /// 20 steps against torch.optim.AdamW's order of operations in float64; the parameters' change is held too.
    /// </summary>
    [Theory]
    [InlineData(1, 0.1, 1)]
    [InlineData(17, 0.1, 0.37)]
    [InlineData(576, 0.1, 1)]
    [InlineData(576, 0.0, 0.002)]
    public void Twenty_steps_stay_with_float64(int count, double decay, double clip)
    {
        float[] start = Normal(1, count, 0.05);
        double[] p = Widen(start), m = new double[count], v = new double[count];
        Tensor tp = Make("p", start, count), tg = Empty("g", count), tm = Empty("m", count), tv = Empty("v", count);
        for (int step = 1; step <= 20; step++)
        {
            float[] g = Normal(100 + step, count, Math.Pow(10, -step % 6));
            Backend.Upload<float>(g, tg);
            AdamWStep s = Step(step, 2e-3 * (21 - step) / 20, decay, clip);
            Backend.AdamW([new(tp, tg, tm, tv)], s);
            AssertSameBits(g, Values(tg));
            Reference(p, Widen(g), m, v, s);
        }

        Compare.AssertRelativeL2("m", Values(tm), m, 1e-6);
        Compare.AssertRelativeL2("v", Values(tv), v, 1e-6);
        Compare.AssertRelativeL2("parameters", Values(tp), p, 1e-6);
        float[] moved = [.. Values(tp).Zip(start, (a, b) => a - b)];
        Compare.AssertRelativeL2("change of the parameters", moved, [.. p.Zip(start, (a, b) => a - b)], 1e-5);
    }

    [Fact]
    public void First_step_moves_each_parameter_by_the_learning_rate_against_its_gradient()
    {
        Tensor p = Make("p", [1f, 1, 1, 1], 4), m = Empty("m", 4), v = Empty("v", 4);
        Backend.AdamW([new(p, Make("g", [3f, -3, 1e-3f, 0], 4), m, v)], Step(1, 0.01, 0, 1));
        Assert.Equal([0.99f, 1.01f, 0.99f, 1], Values(p).Select(x => MathF.Round(x, 5)));
    }

    [Fact]
    public void A_rate_of_zero_moves_the_moments_only()
    {
        Tensor p = Make("p", Normal(2, 20), 20), m = Empty("m", 20), v = Empty("v", 20);
        float[] before = Values(p);
        Backend.AdamW([new(p, Make("g", Normal(3, 20), 20), m, v)], Step(1, 0, 0.1, 1));
        AssertSameBits(before, Values(p));
        Assert.All(Values(m), x => Assert.NotEqual(0, x));
        Assert.All(Values(v), x => Assert.True(x > 0));
    }

    [Fact]
    public void Decay_acts_where_the_gradient_is_zero()
    {
        Tensor p = Make("p", [2f], 1), z = Empty("m", 1), v = Empty("v", 1);
        Backend.AdamW([new(p, Make("g", [0f], 1), z, v)], Step(1, 0.1, 0.5, 1));
        Assert.Equal(2 * (1 - 0.1f * 0.5f), Values(p)[0], 1e-6f);
    }

    [Fact]
    public void Splits_and_variants_change_nothing()
    {
        const int n = 50001;
        float[] start = Normal(4, n), g = Normal(5, n);
        Tensor p = Make("p", start, n), m = Empty("m", n), v = Empty("v", n);
        Backend.AdamW([new(p, Make("g", g, n), m, v)], Step(3, 0.01, 0.1, 0.5));
        using Bench other = Variant(5);
        Tensor p5 = other.Make("p", start, n), m5 = other.Empty("m", n), v5 = other.Empty("v", n),
            g5 = other.Make("g", g, n);
        for (int at = 0; at < n; at += 12345)
        {
            int count = Math.Min(12345, n - at);
            other.Backend.AdamW(
                [new(p5.Slice(at, count), g5.Slice(at, count), m5.Slice(at, count), v5.Slice(at, count))],
                Step(3, 0.01, 0.1, 0.5));
        }

        AssertSameBits(Values(p), other.Values(p5));
        AssertSameBits(Values(m), other.Values(m5));
        AssertSameBits(Values(v), other.Values(v5));
    }

    [Fact]
    public void Many_tensors_at_once_are_each_by_itself_with_its_decay_and_its_copy()
    {
        int[] counts = [0, 5, 4096, 1, 0, 4099];
        AdamWTensors[] tensors = [.. counts.Select((n, i) => Tensors(Bench, n, i, Copy(Bench, n, i)))];
        Backend.AdamW(tensors, Step(2, 0.01, 0.1, 0.5));
        for (int i = 0; i < counts.Length; i++)
        {
            using var alone = Variant(0);
            AdamWTensors one = Tensors(alone, counts[i], i, null) with { Decays = true };
            double decay = tensors[i].Decays ? 0.1 : 0;
            alone.Backend.AdamW([one], Step(2, 0.01, decay, 0.5));
            AssertSameBits(alone.Values(one.Value), Values(tensors[i].Value));
            AssertSameBits(alone.Values(one.M), Values(tensors[i].M));
            AssertSameBits(alone.Values(one.V), Values(tensors[i].V));
            if (tensors[i].Copy is { } copy)
                AssertSameBits([.. alone.Values(one.Value).Select(x => Bf16.Widen(Bf16.Round(x)))], Values(copy));
        }

        double sum = counts.Select((n, i) => Normal(60 + i, n).Sum(x => (double)x * x)).Sum();
        Compare.AssertRelative("sum", Backend.SumOfSquares([.. tensors.Select(t => t.Gradient)]), sum, 1e-13);

        static Tensor? Copy(Bench bench, int n, int i) => i % 2 == 0 ? null : bench.Empty($"copy {i}", DType.BF16, n);
        static AdamWTensors Tensors(Bench bench, int n, int i, Tensor? copy) => new(
            bench.Make($"p {i}", Normal(50 + i, n), n), bench.Make($"g {i}", Normal(60 + i, n), n),
            bench.Empty($"m {i}", n), bench.Empty($"v {i}", n), Decays: i < 3, copy);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Sum_of_squares_is_float64(int count)
    {
        float[] x = Normal(6, count);
        double truth = x.Sum(v => (double)v * v);
        Compare.AssertRelative("sum of squares", Backend.SumOfSquares(Make("x", x, count)), truth, 1e-13);
    }

    [Fact]
    public void Sum_of_squares_has_the_same_bits_in_any_variant()
    {
        float[] values = Normal(7, 70003, 1e15);
        double expected = Backend.SumOfSquares(Make("x", values, values.Length));
        foreach (int variant in (int[])[1, 3, 5])
        {
            using Bench other = Variant(variant);
            Tensor x = other.Make("x", [0, .. values], values.Length + 1);
            Assert.Equal(expected, other.Backend.SumOfSquares(x.Slice(1, values.Length)));
        }

        // Other backends add in another order.
        using var scalar = new Bench(TestBackend.Scalar);
        Compare.AssertRelative(
            "sum of squares", scalar.Backend.SumOfSquares(scalar.Make("x", values, values.Length)), expected, 1e-14);
    }

    [Fact]
    public void Sum_of_squares_keeps_small_values_and_shows_broken_ones()
    {
        Tensor x = Make("x", [1e-30f, -1e30f, 2e-30f], 3);
        Compare.AssertRelative("sum", Backend.SumOfSquares(x), (double)1e30f * 1e30f, 1e-15);
        Compare.AssertRelative("sum", Backend.SumOfSquares(x.Slice(2, 1)), (double)2e-30f * 2e-30f, 1e-15);
        Assert.True(double.IsNaN(Backend.SumOfSquares(Make("x", [1f, float.NaN], 2))));
        Assert.Equal(double.PositiveInfinity, Backend.SumOfSquares(Make("x", [1f, float.NegativeInfinity], 2)));
        Assert.Equal(0, Backend.SumOfSquares(Empty("x", 0)));
    }

    [Fact]
    public void Misuse_is_named()
    {
        Tensor p = Empty("weight", 8), g = Empty("grad", 8), m = Empty("m", 8), v = Empty("v", 7);
        Assert.Contains(
            "v (v): expected 8 elements, got 7", Refusal(() => Backend.AdamW([new(p, g, m, v)], Step(1, 1, 0, 1))));
        Assert.Contains("overlap", Refusal(() => Backend.AdamW([new(p, g, m, m)], Step(1, 1, 0, 1))));
        Assert.Contains(
            "Steps count from 1", Refusal(() => Backend.AdamW([new(p, g, m, Empty("v", 8))], Step(0, 1, 0, 1))));
        Assert.Contains("expected F32, got F64", Refusal(() => Backend.SumOfSquares(Make("x", DType.F64, [1.0], 1))));
    }

    private static AdamWStep Step(int step, double rate, double decay, double scale) =>
        new(rate, 0.9, 0.95, 1e-8, decay, 1 - Math.Pow(0.9, step), 1 - Math.Pow(0.95, step), scale);

    private static void Reference(double[] p, double[] g, double[] m, double[] v, AdamWStep s)
    {
        for (int i = 0; i < p.Length; i++)
        {
            double gi = g[i] * s.GradientScale;
            p[i] *= 1 - s.LearningRate * s.WeightDecay;
            m[i] += (gi - m[i]) * (1 - s.Beta1);
            v[i] = v[i] * s.Beta2 + (1 - s.Beta2) * gi * gi;
            p[i] -= s.LearningRate / s.Correction1 * m[i] / (Math.Sqrt(v[i]) / Math.Sqrt(s.Correction2) + s.Eps);
        }
    }
}

public sealed class ScalarAdamWTests() : AdamWTests(TestBackend.Scalar);

public sealed class Vector256AdamWTests() : AdamWTests(TestBackend.Vector256);

public sealed class Vector512AdamWTests() : AdamWTests(TestBackend.Vector512);

public sealed class VirtualF32AdamWTests() : AdamWTests(TestBackend.VirtualF32);

public sealed class VirtualBf16AdamWTests() : AdamWTests(TestBackend.VirtualBf16);

/// <summary>All widths of the CPU add in one order.</summary>
public sealed class SumOfSquaresLevelsTests
{
    [Fact]
    public void Levels_have_the_same_bits()
    {
        float[] values = [.. Enumerable.Range(0, 70003).Select(i => MathF.Sin(i) * 1e15f)];
        TestBackend[] levels = [TestBackend.Scalar, TestBackend.Vector256, TestBackend.Vector512];
        double[] sums = Array.ConvertAll(levels, level =>
        {
            using var bench = new Bench(level);
            return bench.Backend.SumOfSquares(bench.Make("x", values, values.Length));
        });
        Assert.All(sums, s => Assert.Equal(sums[0], s));
    }
}
