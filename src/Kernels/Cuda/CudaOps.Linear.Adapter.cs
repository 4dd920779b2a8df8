using System.Runtime.InteropServices;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <summary>The low-rank adapter's share of a linear layer.</summary>
internal sealed partial class CudaOps
{
    /// <summary>Tokens whose dropped inputs, or gradients, are held at a time.</summary>
    private const int AdapterTokens = 4096;

    /// <summary>Of linear_dropout in kernels/linear.cu.</summary>
    private const int DropoutThreads = 256, DropoutFeatures = 4;

    /// <summary>hidden = scale * dropout(x) A^T, of neighbours at once.</summary>
    private void AdaptersForward(Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout)
    {
        foreach (Adapter one in Adapters(outputs))
        {
            int tokens = x.Shape[0], inputs = x.Shape[1], step = one.Lora.Dropout == 0 ? tokens : AdapterTokens;
            GemmOperand a = Multiplied(one.Lora.A, "linear.a", true), hidden = GemmOperand.Of(one.Hidden);
            for (int first = 0; first < tokens; first += step)
            {
                int count = Math.Min(step, tokens - first);
                GemmOperand input = Dropped(x, one.Lora, layout, first, count, out float factor);
                _gemm.Run(new GemmCall(
                    count, one.Lora.Rank, inputs, input, a, hidden.From(first), one.Lora.Scale * factor));
            }
        }
    }

    /// <summary>The term of y that is hidden B^T; null without an adapter.</summary>
    private GemmTerm? AdapterTerm(in LinearOutput one) => one.Weights.Lora is not { } lora ? null : new GemmTerm(
        lora.Rank, GemmOperand.Of(one.Hidden!), Multiplied(lora.B, "linear.b", true));

    /// <summary>
    /// With h = scale * dropout(x) A^T in hidden, and dh = scale * dy B, which takes its place: dB += dy^T h.
    /// </summary>
    private void AdapterInputBackward(
        GemmOperand dy, in LinearOutput one, SequenceLayout layout, bool isInputWanted)
    {
        if (one.Weights.Lora is not { } lora)
            return;
        (int outputs, GemmOperand hidden) = (one.Weights.Outputs, GemmOperand.Of(one.Hidden!));
        if (one.Gradients!.LoraB is { } dB)
            RowProducts(layout, dy, outputs, hidden, lora.Rank, dB);
        if (isInputWanted || one.Gradients.LoraA is not null)
        {
            _gemm.Run(new GemmCall(
                one.Y.Shape[0], lora.Rank, outputs, dy, Multiplied(lora.B, "linear.b"), hidden, lora.Scale));
        }
    }

    /// <summary>dx, whose product with the weight is given, gets dropout(dh A) too.</summary>
    private void AddInputGradient(in GemmCall product, in LinearOutput one, SequenceLayout layout)
    {
        GemmTerm? adapter = one.Weights.Lora is not { } lora ? null : new GemmTerm(
            lora.Rank, GemmOperand.Of(one.Hidden!), Multiplied(lora.A, "linear.a"));
        if (adapter is { } term && one.Weights.Lora is { Dropout: > 0 } dropping)
            DroppedGradient(product, term, dropping, layout);
        else
            _gemm.Run(product with { Second = adapter });
    }

    /// <summary>
    /// dA += dh^T dropout(x), of neighbours at once, row by row; with dropout each row in pieces that start where it
    /// starts.
    /// </summary>
    private void AdaptersWeightBackward(Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout)
    {
        foreach (Adapter one in Adapters(outputs))
        {
            if (one.GradientOfA is not { } dA)
                continue;
            GemmOperand dHidden = GemmOperand.Of(one.Hidden);
            for (int row = 0; row < layout.Rows; row++)
            {
                int end = layout.RowStarts[row + 1], step = one.Lora.Dropout == 0 ? int.MaxValue : AdapterTokens;
                for (int first = layout.RowStarts[row], count; first < end; first += count)
                {
                    count = Math.Min(step, end - first);
                    GemmOperand input = Dropped(x, one.Lora, layout, first, count, out float factor);
                    TokenProducts(count, dHidden.From(first), one.Lora.Rank, input, x.Shape[1], dA, factor);
                }
            }
        }
    }

    /// <summary>
    /// dx (=|+=) dy W + dropout(dh A): summed in fp32, in dx itself where it is fp32 and overwritten, else in a scratch
    /// buffer, so that it is rounded once.
    /// </summary>
    private void DroppedGradient(in GemmCall product, GemmTerm adapter, LoraWeights lora, SequenceLayout layout)
    {
        bool isInPlace = product.D.Type == DType.F32 && product.Beta == 0;
        var mask = new DropoutMask(lora.DropoutSeed, lora.Dropout);
        for (int first = 0; first < product.M; first += AdapterTokens)
        {
            int count = Math.Min(AdapterTokens, product.M - first);
            GemmOperand dx = product.D.From(first), sum = isInPlace ? dx : new GemmOperand(
                _scratch.Get("linear.sum", DType.F32, (long)count * product.N).Address, DType.F32, product.N);
            _gemm.Run(new GemmCall(count, product.N, adapter.K, adapter.A.From(first), adapter.B, sum));
            Drop(sum, sum, layout, first, count, product.N, mask, mask.Kept);
            _gemm.Run(product with { M = count, A = product.A.From(first), D = sum, Beta = 1 });
            if (!isInPlace)
                _finish.Run(sum.Address, sum.Stride, product with { M = count, D = dx, Alpha = 1 });
        }
    }

    /// <summary>
    /// dropout(x) of these tokens, but for a factor that belongs on the product: x itself without dropout, otherwise a
    /// scratch buffer. Of bf16 it holds what is kept as it is, so that it is not rounded again.
    /// </summary>
    private GemmOperand Dropped(
        Tensor x, LoraWeights lora, SequenceLayout layout, int first, int count, out float factor)
    {
        factor = 1;
        int inputs = x.Shape[1];
        GemmOperand input = GemmOperand.Of(x).From(first);
        if (lora.Dropout == 0)
            return input;
        var mask = new DropoutMask(lora.DropoutSeed, lora.Dropout);
        GemmOperand dropped = input with
        {
            Address = _scratch.Get("linear.dropped", x.Type, (long)count * inputs).Address,
        };
        if (IsBf16)
            factor = mask.Kept;
        Drop(input, dropped, layout, first, count, inputs, mask, IsBf16 ? 1 : mask.Kept);
        return dropped;
    }

    /// <summary>y = mask * x of dense tokens; kept features are multiplied by <paramref name="kept"/>.</summary>
    private void Drop(
        GemmOperand x, GemmOperand y, SequenceLayout layout, int first, int count, int features, in DropoutMask mask,
        float kept)
    {
        ulong keys = (ulong)layout.TokenKeys.Address + ((ulong)first * sizeof(long));
        long perToken = (features + DropoutFeatures - 1) / DropoutFeatures;
        Launch(
            "linear", KernelName.Of("linear_dropout", x.Type),
            LaunchShape.Covering(count * perToken, DropoutThreads),
            Arguments().Add(x.Address).Add(y.Address).Add(keys).Add(count).Add(features)
                .Add(new LinearDropout(mask.Seed, mask.Threshold, kept)));
    }

    private GemmOperand AdapterScratch(string name, int tokens, LoraWeights lora) => new(
        _scratch.Get(name, ActivationType, (long)tokens * lora.Rank).Address, ActivationType, lora.Rank);

    /// <summary><c>LinearDropout</c> of kernels/linear.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct LinearDropout(ulong Seed, uint Threshold, float Kept);
}
