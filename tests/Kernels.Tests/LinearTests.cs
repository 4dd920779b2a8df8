using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>Linear layers, forward, backward and decoding, against float64.</summary>
public abstract class LinearTests(SimdLevel level)
{
    private const double Tolerance = 1e-6;

    public static TheoryData<DType, DType?, int, float> Kinds { get; } = new()
    {
        { DType.F32, null, 0, 0 },
        { DType.BF16, null, 0, 0 },
        { DType.F32, DType.F32, 0, 0 },
        { DType.BF16, DType.BF16, 5, 0 },
        { DType.F32, null, 8, 0.25f },
        { DType.BF16, DType.F32, 3, 0.5f },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ForwardIsThatOfFloat64(DType weight, DType? bias, int rank, float dropout)
    {
        using LinearCase c = Case(new LinearOptions(weight, bias, rank, dropout), 17, 0, 40, 3);
        c.Forward();
        (double[] hidden, double[] y) = ForwardTruth(c);
        Compare.AssertRelativeL2("y", c.Y.Span<float>(), y, Tolerance);
        if (rank > 0)
            Compare.AssertRelativeL2("hidden", c.Hidden!.Span<float>(), hidden, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void BackwardIsThatOfFloat64(DType weight, DType? bias, int rank, float dropout)
    {
        foreach (bool accumulate in new[] { false, true })
        {
            using LinearCase c = Case(new LinearOptions(weight, bias, rank, dropout), 17, 0, 40, 3);
            c.Forward();
            Dictionary<string, (Tensor Got, double[] Truth)> truth = BackwardTruth(c, accumulate);
            c.Backward(accumulate);
            foreach ((string name, (Tensor got, double[] expected)) in truth)
                Compare.AssertRelativeL2($"{name}, onto dx {accumulate}", got.Span<float>(), expected, Tolerance);
        }
    }

    /// <summary>
    /// A long row is summed in several pieces, and dropped inputs are held for 1024 tokens at a time.
    /// </summary>
    [Fact]
    public void LongRowsAreSummedWhole()
    {
        var options = new LinearOptions(DType.BF16, DType.F32, 4, 0.1f, Inputs: 18, Outputs: 9);
        using LinearCase c = Case(options, 30, 1500, 700);
        c.Forward();
        Dictionary<string, (Tensor Got, double[] Truth)> truth = BackwardTruth(c, false);
        c.Backward(false);
        foreach ((string name, (Tensor got, double[] expected)) in truth)
            Compare.AssertRelativeL2(name, got.Span<float>(), expected, Tolerance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(33)]
    public void DecodingIsThatOfFloat64(int tokens)
    {
        foreach (DType type in new[] { DType.F32, DType.BF16 })
        {
            foreach (int rank in new[] { 0, 6 })
            {
                using LinearCase c = Case(new LinearOptions(type, type, rank, Inputs: 70, Outputs: 133), tokens);
                c.Ops.LinearDecode(c.X, c.Weights, c.Y);
                Compare.AssertRelativeL2($"{type}, rank {rank}", c.Y.Span<float>(), ForwardTruth(c).Y, Tolerance);
            }
        }
    }

    [Fact]
    public void FrozenGradientsAreNotTouched()
    {
        using LinearCase c = Case(new LinearOptions(BiasType: DType.F32, Rank: 4), 20);
        c.Forward();
        float[][] before = c.Everything();
        c.Ops.LinearBackward(c.Dy, c.X, c.Weights, c.Layout, c.Hidden, new LinearGradients(), null, false);
        Assert.Equal(before, c.Everything());
        c.Ops.LinearBackward(
            c.Dy, c.X, c.Weights, c.Layout, c.Hidden, new LinearGradients(LoraA: c.Gradients.LoraA), null, false);
        float[][] after = c.Everything();
        int[] changed = [.. Enumerable.Range(0, after.Length).Where(i => !after[i].SequenceEqual(before[i]))];
        Assert.Equal([5], changed);
    }

    [Fact]
    public void GradientsDoNotDependOnTheSplitIntoMicroBatches()
    {
        LinearOptions options = new(DType.BF16, DType.F32, 8, 0.2f);
        int[] rows = [50, 1, 33, 0, 64, 17, 29, 14];
        float[][] together = MicroBatches(8);
        Assert.Equal(together, MicroBatches(2, 2, 2, 2));
        Assert.Equal(together, MicroBatches(1, 1, 1, 1, 1, 1, 1, 1));

        float[][] MicroBatches(params int[] rowsOfEach)
        {
            using LinearCase c = Case(options, rows);
            c.InMicroBatches(rowsOfEach);
            return c.Everything();
        }
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        float[][][] results = [.. new[] { 1, 2, 3 }.Select(threads =>
        {
            var options = new LinearOptions(DType.BF16, DType.BF16, 8, 0.2f, Inputs: 200, Outputs: 130);
            using var c = new LinearCase(Backends.Cpu(level, threads), options, 200, 60);
            c.Forward();
            c.Backward(true);
            return c.Everything();
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    private LinearCase Case(LinearOptions options, params int[] rows) => new(Backends.Cpu(level), options, rows);

    private static (double[] Hidden, double[] Y) ForwardTruth(LinearCase c)
    {
        int n = c.Options.Outputs, k = c.Options.Inputs, r = c.Options.Rank;
        double[] x = LinearCase.Values(c.X);
        double[] y = LinearCase.Product(x, LinearCase.Values(c.Weights.Weight), c.Tokens, n, k);
        double[] hidden = [];
        if (c.Weights.Lora is { } lora)
        {
            hidden = LinearCase.Product(DroppedInput(c), LinearCase.Values(lora.A), c.Tokens, r, k);
            hidden = Array.ConvertAll(hidden, h => lora.Scale * h);
            y = LinearCase.Product(hidden, LinearCase.Values(lora.B), c.Tokens, n, r, onto: y);
        }

        if (c.Weights.Bias is { } bias)
        {
            double[] b = LinearCase.Values(bias);
            for (int i = 0; i < y.Length; i++)
                y[i] += b[i % n];
        }

        return (hidden, y);
    }

    /// <summary>
    /// To be called after the forward pass and before the backward pass: gradients go onto what is there.
    /// </summary>
    private static Dictionary<string, (Tensor Got, double[] Truth)> BackwardTruth(LinearCase c, bool accumulateDx)
    {
        int n = c.Options.Outputs, k = c.Options.Inputs, r = c.Options.Rank, tokens = c.Tokens;
        double[] x = LinearCase.Values(c.X), dy = LinearCase.Values(c.Dy), dyT = LinearCase.Transposed(dy, tokens, n);
        double[] dx = LinearCase.Product(
            dy, LinearCase.Values(c.Weights.Weight), tokens, k, n, true, accumulateDx ? LinearCase.Values(c.Dx) : null);
        var truth = new Dictionary<string, (Tensor, double[])>();
        if (c.Weights.Lora is { } lora)
        {
            double[] dHidden = LinearCase.Product(dy, LinearCase.Values(lora.B), tokens, r, n, true);
            dHidden = Array.ConvertAll(dHidden, h => lora.Scale * h);
            double[] dDropped = LinearCase.Product(dHidden, LinearCase.Values(lora.A), tokens, k, r, true);
            double[] mask = LinearDropoutTests.Mask(c);
            dx = [.. dx.Select((d, i) => d + (mask[i] * dDropped[i]))];
            double[] dHiddenT = LinearCase.Transposed(dHidden, tokens, r), hidden = ForwardTruth(c).Hidden;
            double[] dropped = DroppedInput(c);
            Tensor dA = c.Gradients.LoraA!, dB = c.Gradients.LoraB!;
            truth["dA"] = (dA, LinearCase.Product(dHiddenT, dropped, r, k, tokens, true, LinearCase.Values(dA)));
            truth["dB"] = (dB, LinearCase.Product(dyT, hidden, n, r, tokens, true, LinearCase.Values(dB)));
        }

        truth["dx"] = (c.Dx, dx);
        Tensor dW = c.Gradients.Weight!;
        truth["dW"] = (dW, LinearCase.Product(dyT, x, n, k, tokens, true, LinearCase.Values(dW)));
        if (c.Gradients.Bias is { } dBias)
        {
            double[] sums = LinearCase.Values(dBias);
            for (int i = 0; i < dy.Length; i++)
                sums[i % n] += dy[i];
            truth["db"] = (dBias, sums);
        }

        return truth;
    }

    private static double[] DroppedInput(LinearCase c)
    {
        double[] mask = LinearDropoutTests.Mask(c);
        return [.. LinearCase.Values(c.X).Select((v, i) => v * mask[i])];
    }
}

public sealed class ScalarLinearTests() : LinearTests(SimdLevel.Scalar);

public sealed class Vector256LinearTests() : LinearTests(SimdLevel.Vector256);

public sealed class Vector512LinearTests() : LinearTests(SimdLevel.Vector512);
