using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>
    /// One product, of neighbours too: the adapters' is its second term, so that y is rounded once. It costs the
    /// adapters' own operations and nothing of y's memory.
    /// </summary>
    protected override void LinearCore(Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout)
    {
        if (x.Shape[0] == 0)
            return;
        AdaptersForward(x, outputs, layout);
        if (Joined(outputs) is { } all && JoinedTerm(outputs, out GemmTerm? adapters))
        {
            Multiply(all, adapters);
            return;
        }

        foreach (LinearOutput one in outputs)
            Multiply(one, AdapterTerm(one));

        void Multiply(in LinearOutput one, GemmTerm? adapter)
        {
            GemmOperand weight = Multiplied(one.Weights.Weight, "linear.weight", true);
            _gemm.Run(Forward(x, one.Weights, weight, one.Y) with { Second = adapter });
        }
    }

    protected override void LinearInputBackwardCore(
        ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout, Tensor? dx, bool accumulateDx)
    {
        if (outputs[0].Y.Shape[0] == 0)
            return;
        if (dx is not null && Joined(outputs) is { } all && JoinedGradientTerm(outputs, out GemmTerm? adapters))
        {
            foreach (LinearOutput one in outputs)
                AdapterInputBackward(GemmOperand.Of(one.Y), one, layout, isInputWanted: true);
            _gemm.Run(InputGradient(GemmOperand.Of(all.Y), all.Weights, dx, accumulateDx) with { Second = adapters });
            return;
        }

        foreach (LinearOutput one in outputs)
        {
            GemmOperand dy = Multiplied(one.Y, "linear.dy");
            AdapterInputBackward(dy, one, layout, dx is not null);
            if (dx is not null)
                AddInputGradient(InputGradient(dy, one.Weights, dx, accumulateDx), one, layout);
            accumulateDx = true;
        }
    }

    protected override void LinearWeightBackwardCore(
        Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout)
    {
        if (x.Shape[0] == 0)
            return;
        AdaptersWeightBackward(x, outputs, layout);
        foreach (LinearOutput one in JoinedGradients(outputs) is { } all ? [all] : outputs)
        {
            if (one.Gradients!.Weight is { } dWeight)
            {
                RowProducts(
                    layout, Multiplied(one.Y, "linear.dy"), one.Weights.Outputs, GemmOperand.Of(x), one.Weights.Inputs,
                    dWeight);
            }

            if (one.Gradients.Bias is { } dBias)
                BiasGradient(one.Y, layout, dBias);
        }
    }

    protected override void LinearDecodeCore(Tensor x, ReadOnlySpan<LinearOutput> outputs, bool sameBits)
    {
        foreach ((LinearWeights weights, Tensor y, _, _) in outputs)
            Decode(x, weights, y, sameBits);
    }

    /// <summary>Few tokens: no matrix is rounded beforehand, the kernel does it as it reads.</summary>
    private void Decode(Tensor x, LinearWeights weights, Tensor y, bool sameBits)
    {
        int tokens = x.Shape[0];
        if (tokens == 0)
            return;
        if (sameBits && tokens > DecodeGemm.MostTokens)
        {
            // One kernel for any number: its bits do not depend on how many tokens it is given.
            for (int first = 0; first < tokens; first += DecodeGemm.MostTokens)
            {
                int count = Math.Min(DecodeGemm.MostTokens, tokens - first);
                Decode(x.Slice(first, count), weights, y.Slice(first, count), sameBits);
            }

            return;
        }

        bool isFew = tokens <= DecodeGemm.MostTokens;
        IGemm gemm = isFew ? _decode : _gemm;
        GemmTerm? adapter = null;
        if (weights.Lora is { } lora)
        {
            GemmOperand hidden = AdapterScratch("linear.hidden", tokens, lora);
            gemm.Run(new GemmCall(
                tokens, lora.Rank, weights.Inputs, GemmOperand.Of(x), Matrix(lora.A, "linear.a"), hidden, lora.Scale));
            adapter = new GemmTerm(lora.Rank, hidden, Matrix(lora.B, "linear.b"));
        }

        gemm.Run(Forward(x, weights, Matrix(weights.Weight, "linear.weight"), y) with { Second = adapter });

        GemmOperand Matrix(Tensor of, string scratch) =>
            isFew ? GemmOperand.Of(of, true) : Multiplied(of, scratch, true);
    }

    private static GemmCall Forward(Tensor x, LinearWeights weights, GemmOperand weight, Tensor y) => new(
        x.Shape[0], weights.Outputs, weights.Inputs, GemmOperand.Of(x), weight, GemmOperand.Of(y))
    {
        Bias = GemmBias.Of(weights.Bias),
    };

    /// <summary>dx (=|+=) dy W.</summary>
    private GemmCall InputGradient(GemmOperand dy, LinearWeights weights, Tensor dx, bool accumulates) => new(
        dx.Shape[0], weights.Inputs, weights.Outputs, dy, Multiplied(weights.Weight, "linear.weight"),
        GemmOperand.Of(dx), Beta: accumulates ? 1 : 0);

    /// <summary>
    /// A matrix as products take it: where activations are bf16 an fp32 one is rounded into a scratch buffer, since
    /// tensor cores ask for it. bf16 stays as it is in either mode.
    /// </summary>
    private GemmOperand Multiplied(Tensor x, string scratch, bool transposed = false)
    {
        if (!IsBf16 || x.Type == DType.BF16)
            return GemmOperand.Of(x, transposed);
        DeviceMemory memory = _scratch.Get(scratch, DType.BF16, x.Count);
        var rounded = new Tensor(scratch, DType.BF16, x.Shape, (nint)memory.Address, memory);
        CopyCore(x, rounded);
        return GemmOperand.Of(rounded, transposed);
    }

    /// <summary>
    /// d[n, k] += the sum over tokens of a[t, n] b[t, k]: each row's tokens by themselves, rows in order.
    /// </summary>
    private void RowProducts(SequenceLayout layout, GemmOperand a, int n, GemmOperand b, int k, Tensor d)
    {
        for (int row = 0; row < layout.Rows; row++)
        {
            int start = layout.RowStarts[row];
            TokenProducts(layout.RowStarts[row + 1] - start, a.From(start), n, b.From(start), k, d, 1);
        }
    }

    /// <summary>d[n, k] += factor times the sum over these tokens of a[t, n] b[t, k].</summary>
    private void TokenProducts(int tokens, GemmOperand a, int n, GemmOperand b, int k, Tensor d, float factor)
    {
        if (tokens > 0)
            _gemm.Run(new GemmCall(n, k, tokens, a with { Transposed = true }, b, GemmOperand.Of(d), factor, Beta: 1));
    }
}
