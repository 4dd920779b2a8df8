using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Elementwise;

public abstract class RmsNormTests(TestBackend backend) : BackendSuite(backend)
{
    private const float Eps = 1e-6f;

    /// <summary>fp32 rounding of a few products, and of a sum of up to 576 terms.</summary>
    private const double Tolerance = 4e-7;

    public static TheoryData<int, bool> Sizes
    {
        get
        {
            var data = new TheoryData<int, bool>();
            foreach (int hidden in (int[])[1, 15, 17, 63, 576, 1000])
            {
                data.Add(hidden, false);
                data.Add(hidden, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Forward_equals_float64(int hidden, bool bf16)
    {
        const int tokens = 37;
        float[] x = Normal(1, tokens * hidden, 2);
        (Tensor weight, double[] w) = MakeWeight("norm", bf16, Normal(2, hidden, 0.3, 1), hidden);
        Tensor y = EmptyActivation("y", tokens, hidden), rstd = Empty("rstd", tokens);
        Backend.RmsNorm(Make("x", x, tokens, hidden), weight, Eps, y, rstd);
        (double[] truth, double[] r) = Forward(Widen(x), w, hidden);
        ActivationCompare.Assert("y", Values(y), truth, Tolerance, IsBf16);
        Compare.AssertRelativeL2("rstd", Values(rstd), r, Tolerance);
    }

    /// <summary>What the norm holds of a token that is longer than its threads reach is read again.</summary>
    [Theory]
    [InlineData(8193)]
    [InlineData(20000)]
    public void Long_tokens_equal_float64(int hidden)
    {
        const int tokens = 3;
        float[] x = Normal(31, tokens * hidden, 2), delta = Bench.Held(Normal(32, tokens * hidden)),
            dy = Bench.Held(Normal(33, tokens * hidden)), zeros = new float[tokens * hidden];
        float[] total = [.. x.Zip(delta, (a, b) => a + b)];
        (Tensor weight, double[] w) = MakeWeight("norm", true, Normal(34, hidden, 0.3, 1), hidden);
        Tensor y = EmptyActivation("y", tokens, hidden), sum = Empty("sum", tokens, hidden),
            rstd = Empty("rstd", tokens), dx = Empty("dx", tokens, hidden), dw = Empty("dw", hidden),
            again = EmptyActivation("again", tokens, hidden), rounded = EmptyActivation("rounded", tokens, hidden);
        Backend.AddRmsNorm(
            Make("x", x, tokens, hidden), Activation("delta", delta, tokens, hidden), weight, Eps, sum, y, rstd);
        AssertSameBits(total, Values(sum));
        ActivationCompare.Assert("y", Values(y), Forward(Widen(total), w, hidden).Y, 6e-7, IsBf16);
        Backend.RmsNormBackward(
            Activation("dy", dy, tokens, hidden), sum, weight, rstd, Rows(tokens), dx, dw, again, rounded);
        AssertSameBits(Values(y), Values(again));
        AssertSameBits(Bench.Held(Values(dx)), Values(rounded));
        (double[] dxTruth, double[] dwTruth) = Backward(Widen(dy), Widen(total), w, Widen(zeros), new double[hidden]);
        Compare.AssertRelativeL2("dx", Values(dx), dxTruth, 6e-7);
        Compare.AssertRelativeL2("dWeight", Values(dw), dwTruth, 6e-7);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(576)]
    public void Add_then_norm_is_add_and_norm_to_the_bit_also_in_place(int hidden)
    {
        const int tokens = 5;
        float[] x = Normal(3, tokens * hidden), delta = Bench.Held(Normal(4, tokens * hidden));
        float[] total = [.. x.Zip(delta, (a, b) => a + b)];
        Tensor weight = Make("norm", Normal(5, hidden), hidden), rstd = Empty("rstd", tokens),
            y = EmptyActivation("y", tokens, hidden);
        Tensor normed = Make("sum", total, tokens, hidden), expectedY = EmptyActivation("y", tokens, hidden),
            expectedR = Empty("r", tokens);
        Backend.RmsNorm(normed, weight, Eps, expectedY, expectedR);
        for (int inPlace = 0; inPlace < 4; inPlace++)
        {
            // fp32 is not added into bf16.
            if (IsBf16 && inPlace == 2)
                continue;
            Tensor a = Make("x", x, tokens, hidden), b = Activation("delta", delta, tokens, hidden),
                apart = Empty("sum", tokens, hidden);
            Tensor sum = inPlace switch { 1 or 3 => a, 2 => b, _ => apart }, to = inPlace == 3 ? b : y;
            Backend.AddRmsNorm(a, b, weight, Eps, sum, to, rstd);
            AssertSameBits(total, Values(sum));
            AssertSameBits(Values(expectedY), Values(to));
            AssertSameBits(Values(expectedR), Values(rstd));
        }

        if (IsBf16)
            return;
        Backend.RmsNorm(normed, weight, Eps, normed, rstd);
        AssertSameBits(Values(expectedY), Values(normed));
    }

    [Fact]
    public void A_row_of_zeros_stays_zero_and_tiny_rows_keep_eps()
    {
        Tensor x = Make("x", [0, 0, 0, 1e-4f, -1e-4f, 1e-4f], 2, 3), y = EmptyActivation("y", 2, 3),
            rstd = Empty("rstd", 2);
        Backend.RmsNorm(x, Make("norm", [1f, 2, 3], 3), Eps, y, rstd);
        Assert.Equal([0f, 0, 0], Values(y)[..3]);
        Compare.AssertRelative("rstd", Values(rstd)[0], 1000, 1e-6);
        Compare.AssertRelative("rstd", Values(rstd)[1], 1 / Math.Sqrt(1e-8 + 1e-6), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Backward_equals_float64_and_accumulates(int hidden, bool bf16)
    {
        int[] rows = [70, 0, 1, 66];
        int tokens = rows.Sum();
        float[] x = Normal(6, tokens * hidden, 2), dy = Bench.Held(Normal(7, tokens * hidden));
        float[] dxStart = Normal(8, tokens * hidden), dwStart = Normal(9, hidden);
        (Tensor weight, double[] w) = MakeWeight("norm", bf16, Normal(10, hidden, 0.3, 1), hidden);
        Tensor tx = Make("x", x, tokens, hidden), rstd = Empty("rstd", tokens),
            y = EmptyActivation("y", tokens, hidden);
        Backend.RmsNorm(tx, weight, Eps, y, rstd);
        (double[] dxTruth, double[] dwTruth) = Backward(Widen(dy), Widen(x), w, Widen(dxStart), Widen(dwStart));

        // A gradient may be of the activation type or fp32 on any backend.
        foreach (Tensor gradient in (Tensor[])[Activation("dy", dy, tokens, hidden), Make("dy", dy, tokens, hidden)])
        {
            Tensor dx = Make("dx", dxStart, tokens, hidden), dw = Make("dw", dwStart, hidden);
            Backend.RmsNormBackward(gradient, tx, weight, rstd, Rows(rows), dx, dw);

            // At H = 1 the two terms of dx cancel.
            Compare.AssertRelativeL2("dx", Values(dx), dxTruth, hidden == 1 ? 1e-6 : Tolerance);
            Compare.AssertRelativeL2("dWeight", Values(dw), dwTruth, Tolerance);

            // What is written beside changes nothing, whether the weight is trained or frozen.
            foreach (Tensor? trained in (Tensor?[])[Make("dw", dwStart, hidden), null])
            {
                Tensor beside = Make("dx", dxStart, tokens, hidden), again = EmptyActivation("again", tokens, hidden),
                    rounded = EmptyActivation("rounded", tokens, hidden);
                Backend.RmsNormBackward(
                    gradient, tx, weight, rstd, Rows(rows), beside, trained, again, rounded);
                AssertSameBits(Values(dx), Values(beside));
                AssertSameBits(Values(y), Values(again));
                AssertSameBits(Bench.Held(Values(dx)), Values(rounded));
            }
        }
    }

    [Fact]
    public void Backward_agrees_with_finite_differences_of_the_forward_formula()
    {
        const int hidden = 17;
        double[] x = Widen(Normal(11, hidden)), w = Widen(Normal(12, hidden)), dy = Widen(Normal(13, hidden));
        (double[] dx, double[] dw) = Backward(dy, x, w, new double[hidden], new double[hidden]);
        double Loss() => Forward(x, w, hidden).Y.Zip(dy, (a, b) => a * b).Sum();
        foreach ((double[] variable, double[] gradient) in new[] { (x, dx), (w, dw) })
        {
            for (int i = 0; i < hidden; i++)
            {
                double at = variable[i];
                variable[i] = at + 1e-5;
                double up = Loss();
                variable[i] = at - 1e-5;
                double down = Loss();
                variable[i] = at;
                Compare.AssertAbsolute("gradient", (up - down) / 2e-5, gradient[i], 1e-8);
            }
        }
    }

    [Fact]
    public void Weight_gradient_of_8_rows_in_one_call_is_that_of_8_calls_to_the_bit()
    {
        const int hidden = 145;
        int[] rows = [129, 1, 64, 65, 63, 0, 200, 7];
        SequenceLayout layout = Rows(rows);
        (Tensor x, Tensor dy, Tensor weight, Tensor rstd) = Inputs(Bench, layout.Tokens, hidden);
        Tensor whole = Empty("whole", hidden), dx = Empty("dx", layout.Tokens, hidden);
        Backend.RmsNormBackward(dy, x, weight, rstd, layout, dx, whole);
        foreach ((int Variant, int RowsPerCall) split in new[] { (1, 1), (2, 2), (5, 4), (3, 8) })
        {
            using Bench other = Variant(split.Variant);
            (x, dy, weight, rstd) = Inputs(other, layout.Tokens, hidden);
            Tensor dw = other.Empty("dw", hidden), dxSplit = other.Empty("dx", layout.Tokens, hidden);
            for (int r = 0; r < rows.Length; r += split.RowsPerCall)
            {
                int start = layout.RowStarts[r], count = layout.RowStarts[r + split.RowsPerCall] - start;
                other.Backend.RmsNormBackward(
                    dy.Slice(start, count), x.Slice(start, count), weight, rstd.Slice(start, count),
                    other.Rows(rows[r..(r + split.RowsPerCall)]), dxSplit.Slice(start, count), dw);
            }

            AssertSameBits(Values(whole), other.Values(dw));
            AssertSameBits(Values(dx), other.Values(dxSplit));
        }
    }

    /// <summary>Nor does the number of tokens, which changes how many a block takes.</summary>
    [Fact]
    public void Splits_and_variants_do_not_change_the_forward_pass()
    {
        const int tokens = 90, hidden = 577;
        (Tensor x, Tensor delta, Tensor weight, Tensor rstd) = Inputs(Bench, tokens, hidden);
        Tensor y = EmptyActivation("y", tokens, hidden), sum = Empty("sum", tokens, hidden);
        Backend.AddRmsNorm(x, delta, weight, Eps, sum, y, rstd);
        using Bench other = Variant(5);
        (x, delta, weight, Tensor rstd5) = Inputs(other, tokens, hidden);
        Tensor y5 = other.EmptyActivation("y", tokens, hidden), sum5 = other.Empty("sum", tokens, hidden);
        foreach ((int start, int count) in new[] { (0, 1), (1, 60), (61, 29) })
        {
            other.Backend.AddRmsNorm(
                x.Slice(start, count), delta.Slice(start, count), weight, Eps, sum5.Slice(start, count),
                y5.Slice(start, count), rstd5.Slice(start, count));
        }

        AssertSameBits(Values(y), other.Values(y5));
        AssertSameBits(Values(rstd), other.Values(rstd5));
    }

    [Fact]
    public void A_frozen_weight_needs_no_gradient()
    {
        SequenceLayout layout = Rows(9);
        (Tensor x, Tensor dy, Tensor weight, Tensor rstd) = Inputs(Bench, 9, 30);
        Tensor dx = Empty("dx", 9, 30), frozen = Empty("dx", 9, 30);
        Backend.RmsNormBackward(dy, x, weight, rstd, layout, dx, Empty("dw", 30));
        Backend.RmsNormBackward(dy, x, weight, rstd, layout, frozen, null);
        AssertSameBits(Values(dx), Values(frozen));
        Assert.Contains(Values(dx), v => v != 0);
    }

    [Fact]
    public void Misuse_is_named()
    {
        (Tensor x, Tensor dy, Tensor weight, Tensor rstd) = Inputs(Bench, 6, 10);
        Tensor y = EmptyActivation("y", 6, 10), shifted = Empty("shifted", 7, 10), dx = Empty("dx", 6, 10);
        Assert.Contains(
            "expected shape [10], got [9]", Refusal(() => Backend.RmsNorm(x, Empty("norm", 9), Eps, y, rstd)));
        Assert.Contains(
            "expected shape [6], got [5]", Refusal(() => Backend.RmsNorm(x, weight, Eps, y, Empty("rstd", 5))));
        Assert.Contains(
            "expected 2 dimensions", Refusal(() => Backend.RmsNorm(Empty("flat", 60), weight, Eps, y, rstd)));
        Assert.Contains("expected F32 or BF16, got I32",
            Refusal(() => Backend.RmsNorm(x, Make("w", DType.I32, new int[10], 10), Eps, y, rstd)));
        Assert.Contains(
            "overlap",
            Refusal(() => Backend.RmsNormBackward(
                shifted.Slice(1, 6), x, weight, rstd, Rows(6), shifted.Slice(0, 6), null)));
        Assert.Contains("overlap", Refusal(() => Backend.RmsNormBackward(dx, x, weight, rstd, Rows(6), dx, null)));
        Assert.Contains(
            "overlap", Refusal(() => Backend.RmsNormBackward(dy, x, weight, rstd, Rows(6), dx, null, y, y)));
        Assert.Contains(
            "expected 6 tokens, got 5", Refusal(() => Backend.RmsNormBackward(dy, x, weight, rstd, Rows(5), dx, null)));
        if (!IsBf16)
        {
            Assert.Contains(
                "overlap", Refusal(() => Backend.RmsNorm(shifted.Slice(0, 6), weight, Eps, shifted.Slice(1, 6), rstd)));
            Assert.Contains("overlap", Refusal(() => Backend.AddRmsNorm(x, dy, weight, Eps, y, y, rstd)));
        }

        SequenceLayout bad = Rows(6) with { RowStarts = [0, 7, 6] };
        Assert.Contains("ascend from 0, got 6 at 2",
            Refusal(() => Backend.RmsNormBackward(dy, x, weight, rstd, bad, dx, null)));
    }

    private static (Tensor X, Tensor Dy, Tensor Weight, Tensor Rstd) Inputs(Bench bench, int tokens, int hidden) => (
        bench.Make("x", Normal(21, tokens * hidden), tokens, hidden),
        bench.MakeActivation("dy", Normal(22, tokens * hidden), tokens, hidden),
        bench.Make("norm", Normal(23, hidden), hidden), bench.Make("rstd", Normal(24, tokens, 0.1, 1), tokens));

    private static (double[] Y, double[] Rstd) Forward(double[] x, double[] w, int hidden)
    {
        var y = new double[x.Length];
        var rstd = new double[x.Length / hidden];
        for (int t = 0; t < rstd.Length; t++)
        {
            double squares = 0;
            for (int h = 0; h < hidden; h++)
                squares += x[t * hidden + h] * x[t * hidden + h];
            rstd[t] = 1 / Math.Sqrt(squares / hidden + Eps);
            for (int h = 0; h < hidden; h++)
                y[t * hidden + h] = x[t * hidden + h] * rstd[t] * w[h];
        }

        return (y, rstd);
    }

    private static (double[] Dx, double[] Dw) Backward(
        double[] dy, double[] x, double[] w, double[] dxStart, double[] dwStart)
    {
        int hidden = w.Length;
        double[] rstd = Forward(x, w, hidden).Rstd, dx = [.. dxStart], dw = [.. dwStart];
        for (int t = 0; t < rstd.Length; t++)
        {
            double mean = 0;
            for (int i = t * hidden; i < (t + 1) * hidden; i++)
                mean += dy[i] * w[i % hidden] * x[i] * rstd[t] / hidden;
            for (int i = t * hidden; i < (t + 1) * hidden; i++)
            {
                dx[i] += rstd[t] * (w[i % hidden] * dy[i] - x[i] * rstd[t] * mean);
                dw[i % hidden] += dy[i] * x[i] * rstd[t];
            }
        }

        return (dx, dw);
    }
}

public sealed class ScalarRmsNormTests() : RmsNormTests(TestBackend.Scalar);

public sealed class Vector256RmsNormTests() : RmsNormTests(TestBackend.Vector256);

public sealed class Vector512RmsNormTests() : RmsNormTests(TestBackend.Vector512);

public sealed class VirtualF32RmsNormTests() : RmsNormTests(TestBackend.VirtualF32);

public sealed class VirtualBf16RmsNormTests() : RmsNormTests(TestBackend.VirtualBf16);

public sealed class PerturbedBf16RmsNormTests() : RmsNormTests(TestBackend.PerturbedBf16);
