using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>Linear layers, forward, backward and decoding, against float64.</summary>
public abstract class LinearTests(TestBackend backend) : BackendSuite(backend)
{
    private const double Tolerance = 1e-6;

    /// <summary>
    /// Of what goes through hidden values that are rounded to bf16, and is rounded itself: 2^-9 at most each.
    /// </summary>
    private const double Bf16Tolerance = 4e-3;

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
        LinearCase c = Case(new LinearOptions(weight, bias, rank, dropout), 17, 0, 40, 3);
        c.Forward();
        CheckForward(c, LinearDropoutTests.Mask(c));
    }

    /// <summary>Rows that are aligned, more tokens than a tile has, and outputs for more than one.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void WholeTilesAreThoseOfFloat64(DType weight, DType? bias, int rank, float dropout)
    {
        int aligned = rank == 0 ? 0 : 16;
        var options = new LinearOptions(weight, bias, aligned, dropout, Inputs: 64, Outputs: 136);
        LinearCase c = Case(options, 100, 40);
        c.Forward();
        CheckForward(c, LinearDropoutTests.Mask(c));
        CheckBackward(c, true);
    }

    /// <summary>As products take it where activations are bf16.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.5f)]
    public void An_adapter_may_be_bf16(float dropout)
    {
        var options = new LinearOptions(DType.BF16, null, 5, dropout, LoraType: DType.BF16);
        LinearCase c = Case(options, 17, 0, 40, 3);
        c.Forward();
        CheckForward(c, LinearDropoutTests.Mask(c));
        CheckBackward(c, false);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void BackwardIsThatOfFloat64(DType weight, DType? bias, int rank, float dropout)
    {
        foreach (bool accumulate in new[] { false, true })
        {
            foreach (bool wide in IsBf16 ? new[] { false, true } : [false])
            {
                var options = new LinearOptions(weight, bias, rank, dropout, WideGradients: wide);
                LinearCase c = Case(options, 17, 0, 40, 3);
                c.Forward();
                CheckBackward(c, accumulate);
            }
        }
    }

    /// <summary>
    /// A long row is summed in several pieces, and dropped inputs are held for some tokens at a time: 1024 on the CPU,
    /// 4096 on a GPU.
    /// </summary>
    [Fact]
    public void LongRowsAreSummedWhole()
    {
        var options = new LinearOptions(DType.BF16, DType.F32, 4, 0.1f, Inputs: 18, Outputs: 9);
        LinearCase c = Case(options, 30, IsVirtual ? 4200 : 1500, 700);
        c.Forward();
        CheckForward(c, LinearDropoutTests.Mask(c));
        CheckBackward(c, false);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(33)]
    [InlineData(70)]
    public void DecodingIsThatOfFloat64(int tokens)
    {
        foreach (DType type in new[] { DType.F32, DType.BF16 })
        {
            foreach (int rank in new[] { 0, 6 })
            {
                LinearCase c = Case(new LinearOptions(type, type, rank, Inputs: 70, Outputs: 133), tokens);
                c.Ops.LinearDecode(c.X, c.Weights, c.Y);
                double[] y = ForwardTruth(c, DroppedInput(c, LinearDropoutTests.Mask(c))).Y;
                Compare.AssertRelativeL2($"{type}, rank {rank}", Values(c.Y), y, Within(Tolerance, Bf16Tolerance));
            }
        }
    }

    /// <summary>Layers of other widths, types of weights, with and without adapters and biases, over one x.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(70)]
    public void LayersDecodedTogetherAreThoseDecodedAlone(int tokens)
    {
        LinearOptions[][] groups =
        [
            [new(Inputs: 70, Outputs: 133), new(Inputs: 70, Outputs: 3), new(Inputs: 70, Outputs: 64)],
            [new(DType.BF16, DType.BF16, Inputs: 70, Outputs: 40), new(DType.BF16, Rank: 6, Inputs: 70, Outputs: 90)],
            [new(DType.BF16, Inputs: 70, Outputs: 40), new(Inputs: 70, Outputs: 41)],
        ];
        foreach (LinearOptions[] group in groups)
        {
            LinearCase[] cases = [.. group.Select(o => Case(o, tokens))];
            Tensor x = cases[0].X;
            float[][] alone = [.. cases.Select(c => Decoded(c, () => c.Ops.LinearDecode(x, c.Weights, c.Y)))];
            LinearOutput[] outputs = [.. cases.Select(c => new LinearOutput(c.Weights, c.Y))];
            cases[0].Ops.LinearDecode(x, outputs);
            Assert.Equal(alone, cases.Select(c => Values(c.Y)));
        }

        float[] Decoded(LinearCase c, Action run)
        {
            run();
            float[] values = Values(c.Y);
            c.Ops.Zero(c.Y);
            Assert.NotEqual(values, Values(c.Y));
            return values;
        }
    }

    [Fact]
    public void FrozenGradientsAreNotTouched()
    {
        LinearCase c = Case(new LinearOptions(BiasType: DType.F32, Rank: 4), 20);
        c.Forward();
        float[][] before = c.Everything();
        c.Ops.LinearBackward(c.Dy, c.X, c.Weights, c.Layout, c.Hidden, new LinearGradients(), null, false);
        Assert.Equal(before, c.Everything());
        c.Ops.LinearBackward(
            c.Dy, c.X, c.Weights, c.Layout, c.Hidden, new LinearGradients(LoraA: c.Gradients.LoraA), null, false);
        float[][] after = c.Everything();
        int[] changed = [.. Enumerable.Range(0, after.Length).Where(i => !after[i].SequenceEqual(before[i]))];

        // The hidden values give their place to their gradient, of which that of A is made.
        Assert.Equal([1, 5], changed);
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
            using Bench bench = Variant(0);
            var c = new LinearCase(bench, options, rows);
            c.InMicroBatches(rowsOfEach);
            return c.Everything();
        }
    }

    [Fact]
    public void ThreadsAndOrdersDoNotChangeABit()
    {
        float[][][] results = [.. new[] { 1, 2, 3 }.Select(variant =>
        {
            var options = new LinearOptions(DType.BF16, DType.BF16, 8, 0.2f, Inputs: 200, Outputs: 130);
            using Bench bench = Variant(variant);
            var c = new LinearCase(bench, options, 200, 60);
            c.Forward();
            c.Backward(true);
            return c.Everything();
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    /// <summary>No result depends on the last bits of what the tensor cores add up.</summary>
    [Fact]
    public void PerturbationsChangeLittle()
    {
        using Bench bench = Variant(0, perturbation: 3);
        var c = new LinearCase(bench, new LinearOptions(DType.BF16, DType.F32, 8, 0.2f), 70, 33);
        c.Forward();
        CheckForward(c, LinearDropoutTests.Mask(c));
        CheckBackward(c, true);
    }

    private LinearCase Case(LinearOptions options, params int[] rows) => new(Bench, options, rows);

    /// <summary>
    /// y is that of the hidden values as they are held: rounded once, after everything that is added up.
    /// </summary>
    private void CheckForward(LinearCase c, double[] mask)
    {
        (double[] hidden, double[] y) = ForwardTruth(c, DroppedInput(c, mask));
        if (c.Weights.Lora is { } lora)
        {
            double[] held = c.Values(c.Hidden!);
            ActivationCompare.Assert("hidden", [.. held.Select(h => (float)h)], hidden, Tolerance, IsBf16);
            y = Base(c);
            y = LinearCase.Product(
                c.Multiplied(c.Hidden!), c.Multiplied(lora.B), c.Tokens, c.Options.Outputs, c.Options.Rank, onto: y);
        }

        ActivationCompare.Assert("y", c.Read(c.Y), y, Tolerance, IsBf16);
    }

    private void CheckBackward(LinearCase c, bool accumulate)
    {
        Dictionary<string, (Tensor Got, double[] Truth)> truth = BackwardTruth(c, accumulate);
        c.Backward(accumulate);
        foreach ((string name, (Tensor got, double[] expected)) in truth)
        {
            // What is summed in fp32 of values as they are held.
            bool isFp32 = !IsBf16 || name is "dW" or "db" or "dB";
            Compare.AssertRelativeL2(
                $"{name}, onto dx {accumulate}", c.Read(got), expected, isFp32 ? Tolerance : Bf16Tolerance);
        }
    }

    /// <summary>x W^T + bias.</summary>
    private static double[] Base(LinearCase c)
    {
        int n = c.Options.Outputs, k = c.Options.Inputs;
        double[] y = LinearCase.Product(c.Multiplied(c.X), c.Multiplied(c.Weights.Weight), c.Tokens, n, k);
        if (c.Weights.Bias is { } bias)
        {
            double[] b = c.Values(bias);
            for (int i = 0; i < y.Length; i++)
                y[i] += b[i % n];
        }

        return y;
    }

    private static (double[] Hidden, double[] Y) ForwardTruth(LinearCase c, double[] dropped)
    {
        if (c.Weights.Lora is not { } lora)
            return ([], Base(c));
        double[] hidden = LinearCase.Product(dropped, c.Multiplied(lora.A), c.Tokens, c.Options.Rank, c.Options.Inputs);
        hidden = Array.ConvertAll(hidden, h => lora.Scale * h);
        double[] y = LinearCase.Product(
            hidden, c.Multiplied(lora.B), c.Tokens, c.Options.Outputs, c.Options.Rank, onto: Base(c));
        return (hidden, y);
    }

    /// <summary>
    /// To be called after the forward pass and before the backward pass: gradients go onto what is there.
    /// </summary>
    private static Dictionary<string, (Tensor Got, double[] Truth)> BackwardTruth(LinearCase c, bool accumulateDx)
    {
        int n = c.Options.Outputs, k = c.Options.Inputs, r = c.Options.Rank, tokens = c.Tokens;
        double[] x = c.Multiplied(c.X), dy = c.Values(c.Dy), multiplied = c.Multiplied(c.Dy);
        double[] dyT = LinearCase.Transposed(multiplied, tokens, n);
        double[] dx = LinearCase.Product(
            multiplied, c.Multiplied(c.Weights.Weight), tokens, k, n, true, accumulateDx ? c.Values(c.Dx) : null);
        var truth = new Dictionary<string, (Tensor, double[])>();
        if (c.Weights.Lora is { } lora)
        {
            double[] dHidden = LinearCase.Product(multiplied, c.Multiplied(lora.B), tokens, r, n, true);
            dHidden = Array.ConvertAll(dHidden, h => lora.Scale * h);
            double[] dDropped = LinearCase.Product(dHidden, c.Multiplied(lora.A), tokens, k, r, true);
            double[] mask = LinearDropoutTests.Mask(c), dropped = DroppedInput(c, mask);
            dx = [.. dx.Select((d, i) => d + (mask[i] * dDropped[i]))];
            double[] dHiddenT = LinearCase.Transposed(dHidden, tokens, r);
            Tensor dA = c.Gradients.LoraA!, dB = c.Gradients.LoraB!;
            truth["dA"] = (dA, LinearCase.Product(dHiddenT, dropped, r, k, tokens, true, c.Values(dA)));
            truth["dB"] = (dB, LinearCase.Product(dyT, c.Multiplied(c.Hidden!), n, r, tokens, true, c.Values(dB)));
        }

        truth["dx"] = (c.Dx, dx);
        Tensor dW = c.Gradients.Weight!;
        truth["dW"] = (dW, LinearCase.Product(dyT, x, n, k, tokens, true, c.Values(dW)));
        if (c.Gradients.Bias is { } dBias)
        {
            double[] sums = c.Values(dBias);
            for (int i = 0; i < dy.Length; i++)
                sums[i % n] += dy[i];
            truth["db"] = (dBias, sums);
        }

        return truth;
    }

    private static double[] DroppedInput(LinearCase c, double[] mask) =>
        c.Taken([.. c.Values(c.X).Select((v, i) => v * (float)mask[i])]);
}

public sealed class CpuBf16LinearTests() : LinearTests(TestBackend.CpuBf16);

public sealed class ScalarLinearTests() : LinearTests(TestBackend.Scalar);

public sealed class Vector256LinearTests() : LinearTests(TestBackend.Vector256);

public sealed class Vector512LinearTests() : LinearTests(TestBackend.Vector512);

public sealed class VirtualF32LinearTests() : LinearTests(TestBackend.VirtualF32);

public sealed class TruncatingBf16LinearTests() : LinearTests(TestBackend.TruncatingBf16);
