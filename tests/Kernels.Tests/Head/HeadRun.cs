using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>The head's ops over <see cref="HeadInputs"/>: what came out, on the host.</summary>
internal sealed class HeadRun
{
    public required int[] TopIds { get; init; }

    public required double[] TopLogits { get; init; }

    public required double[] BaseLse { get; init; }

    public required double[] BaseTail { get; init; }

    public required double[] Ce { get; init; }

    public required double[] Kl { get; init; }

    public required double[] Lse { get; init; }

    public required double[] TailLogP { get; init; }

    public required double[] ForwardKl { get; init; }

    public required double[] GatedCe { get; init; }

    public required double[] HeldKl { get; init; }

    public required double[] ReverseGap { get; init; }

    public required double[] ForwardGap { get; init; }

    public required float[] DHidden { get; init; }

    public required float[] DWeight { get; init; }

    /// <summary>[rows, 8]: sums of CE, KL, the mass outside the base's top n, forward KL, and what counts of both
    /// losses.</summary>
    public required double[] RowSums { get; init; }

    /// <summary>What every result holds before the ops run.</summary>
    public const int Before = -77;

    /// <param name="weightGradient">With dWeight, which starts from <paramref name="gradientBefore"/> (zeros by
    /// default).</param>
    /// <param name="gaps">With the gap to the divergence over the whole vocabulary.</param>
    /// <param name="single">Hidden states in fp32, whatever activations are.</param>
    public static HeadRun Of(
        Ops.Ops ops, HeadInputs inputs, bool weightGradient = false, bool gradients = true,
        float[]? gradientBefore = null, bool single = false, bool gaps = false)
    {
        using Arena arena = ops.CreateArena("head test");
        int tokens = inputs.Tokens;
        Tensor weight = inputs.WeightTensor(ops, arena);
        HeadTargets asked = Targets(ops, arena, inputs);
        BaseDistribution? reference = null;
        if (inputs.TopN > 0)
        {
            reference = Distribution(ops, arena, inputs);
            Tensor x0 = Hidden(ops, single, arena, "x0", inputs.X0, tokens, inputs.Hidden);
            ops.BaseTopN(x0, weight, asked, reference);
        }

        Tensor x = Hidden(ops, single, arena, "x", inputs.X, tokens, inputs.Hidden);
        Tensor F64(string name) => Upload(ops, arena, name, DType.F64, Filled(tokens, (double)Before), tokens);
        HeadResult result = HeadResult.Allocate(F64);
        Tensor dx = Upload(
            ops, arena, "dx", DType.F32, Filled(tokens * inputs.Hidden, (float)Before), tokens, inputs.Hidden);
        Tensor dw = arena.Allocate("dw", DType.F32, inputs.Vocabulary, inputs.Hidden);
        if (gradientBefore is not null)
            ops.Upload<float>(gradientBefore, dw);
        SequenceLayout layout = Layout(ops, arena, inputs.RowStarts);
        ops.MolHead(
            x, weight, asked, reference, layout, result, gradients ? dx : null, weightGradient ? dw : null);
        if (gaps)
        {
            Tensor x0 = Hidden(ops, single, arena, "x0 again", inputs.X0, tokens, inputs.Hidden);
            ops.HeadGap(x0, weight, x, weight, asked, reference!, result);
        }

        Tensor sums = arena.Allocate("sums", DType.F64, layout.Rows, Ops.Ops.RowSums);
        ops.HeadRowSums(result, asked, layout, sums);
        return new HeadRun
        {
            TopIds = reference is null ? [] : Download<int>(ops, reference.TopIds),
            TopLogits = reference is null ? [] : Download<double>(ops, reference.TopLogits),
            BaseLse = reference is null ? [] : Download<double>(ops, reference.LogSumExp),
            BaseTail = reference is null ? [] : Download<double>(ops, reference.TailLogSumExp),
            Ce = Download<double>(ops, result.CrossEntropy),
            Kl = Download<double>(ops, result.KlDivergence),
            Lse = Download<double>(ops, result.LogSumExp),
            TailLogP = Download<double>(ops, result.TailLogP),
            ForwardKl = Download<double>(ops, result.ForwardKl),
            GatedCe = Download<double>(ops, result.GatedCe),
            HeldKl = Download<double>(ops, result.HeldKl),
            ReverseGap = Download<double>(ops, result.ReverseGap),
            ForwardGap = Download<double>(ops, result.ForwardGap),
            RowSums = Download<double>(ops, sums),
            DHidden = Download<float>(ops, dx),
            DWeight = Download<float>(ops, dw),
        };
    }

    private static HeadTargets Targets(Ops.Ops ops, Arena arena, HeadInputs inputs) => new(
        Upload(ops, arena, "targets", DType.I32, inputs.Targets, inputs.Tokens),
        Upload(ops, arena, "a", DType.F32, inputs.CeWeight, inputs.Tokens),
        Upload(ops, arena, "b", DType.F32, inputs.KlWeight, inputs.Tokens))
    {
        Forms = inputs.Forms is null ? null : new HeadForms(
            Upload(ops, arena, "forms", DType.I32, Array.ConvertAll(inputs.Forms, f => (int)f), inputs.Tokens),
            Upload(ops, arena, "forward share", DType.F32, inputs.ForwardShare!, inputs.Tokens)),
    };

    private static BaseDistribution Distribution(Ops.Ops ops, Arena arena, HeadInputs inputs)
    {
        int tokens = inputs.Tokens, n = inputs.TopN;
        Tensor F64(string name) => Upload(ops, arena, name, DType.F64, Filled(tokens, (double)Before), tokens);
        return new BaseDistribution(
            Upload(ops, arena, "ids", DType.I32, Filled(tokens * n, Before), tokens, n),
            Upload(ops, arena, "logits", DType.F64, Filled(tokens * n, (double)Before), tokens, n),
            F64("base lse"), F64("base tail"))
        {
            TailWithoutTarget = inputs.Forms is null ? null : F64("tail apart"),
        };
    }

    /// <summary>Of the activations' type, whose numbers the values must be.</summary>
    private static Tensor Hidden(
        Ops.Ops ops, bool single, Arena arena, string name, float[] values, params int[] shape)
    {
        if (single || ops.ActivationType == DType.F32)
            return Upload(ops, arena, name, DType.F32, values, shape);
        ushort[] bits = Array.ConvertAll(values, Bf16.Round);
        Assert.Equal(values, Array.ConvertAll(bits, Bf16.Widen));
        return Upload(ops, arena, name, DType.BF16, bits, shape);
    }

    private static SequenceLayout Layout(Ops.Ops ops, Arena arena, int[] rowStarts)
    {
        int tokens = rowStarts[^1];
        return new SequenceLayout(
            rowStarts, [.. rowStarts.Distinct()], arena.Allocate("positions", DType.I32, tokens),
            arena.Allocate("keys", DType.I64, tokens));
    }

    private static T[] Filled<T>(int count, T value)
    {
        var x = new T[count];
        Array.Fill(x, value);
        return x;
    }

    private static Tensor Upload<T>(Ops.Ops ops, Arena arena, string name, DType type, T[] values, params int[] shape)
        where T : unmanaged
    {
        Tensor x = arena.Allocate(name, type, shape);
        ops.Upload<T>(values, x);
        return x;
    }

    private static T[] Download<T>(Ops.Ops ops, Tensor x)
        where T : unmanaged
    {
        var values = new T[x.Count];
        ops.Download<T>(x, values);
        return values;
    }
}
