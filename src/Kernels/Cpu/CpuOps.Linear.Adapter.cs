using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

/// <summary>The low-rank adapter's share of a linear layer.</summary>
internal sealed unsafe partial class CpuOps<S, V>
{
    /// <summary>Tokens whose dropped inputs, or gradients, are held at a time.</summary>
    private const int AdapterTokens = 1024;

    /// <summary>hidden = scale * dropout(x) A^T; y += hidden B^T.</summary>
    private void AdapterForward(Tensor x, LoraWeights lora, SequenceLayout layout, Tensor y, Tensor loraHidden)
    {
        int tokens = x.Shape[0], inputs = x.Shape[1];
        for (int first = 0; first < tokens; first += AdapterTokens)
        {
            int count = Math.Min(AdapterTokens, tokens - first);
            float* hidden = Row(loraHidden, first);
            DenseProduct(
                count, Dropped(x, lora, layout, first, count), inputs, lora.A, false, hidden, loraHidden.Stride, false);
            ScaleHidden(hidden, count, lora.Rank, loraHidden.Stride, lora.Scale);
            DenseProduct(count, hidden, loraHidden.Stride, lora.B, false, Row(y, first), y.Stride, true);
        }
    }

    /// <summary>
    /// With h = scale * dropout(x) A^T in hidden, and dh = scale * dy B, which takes its place: dB += dy^T h,
    /// dx += dropout(dh A).
    /// </summary>
    private void AdapterInputBackward(in LinearOutput one, LoraWeights lora, SequenceLayout layout, Tensor? dx)
    {
        (Tensor dy, Tensor hidden, LinearGradients gradients) = (one.Y, one.Hidden!, one.Gradients!);
        if (gradients.LoraB is { } dB)
            RowProducts(layout, dy, hidden, F32(dB));
        if (gradients.LoraA is null && dx is null)
            return;
        int tokens = dy.Shape[0];
        DenseProduct(tokens, F32(dy), dy.Stride, lora.B, true, F32(hidden), hidden.Stride, false);
        ScaleHidden(F32(hidden), tokens, lora.Rank, hidden.Stride, lora.Scale);
        if (dx is not null)
            AddAdapterGradient(hidden, lora, layout, dx);
    }

    /// <summary>dA += dh^T dropout(x), row by row, each row in pieces that start where it starts.</summary>
    private void AdapterWeightBackward(Tensor dHidden, Tensor x, LoraWeights lora, SequenceLayout layout, float* dA)
    {
        for (int row = 0; row < layout.Rows; row++)
        {
            int end = layout.RowStarts[row + 1];
            for (int first = layout.RowStarts[row]; first < end; first += AdapterTokens)
            {
                int count = Math.Min(AdapterTokens, end - first), inputs = x.Shape[1];
                float* input = Dropped(x, lora, layout, first, count);
                TokenProducts(count, Row(dHidden, first), lora.Rank, dHidden.Stride, input, inputs, inputs, dA);
            }
        }
    }

    /// <summary>dx += dropout(dh A).</summary>
    private void AddAdapterGradient(Tensor dHidden, LoraWeights lora, SequenceLayout layout, Tensor dx)
    {
        int tokens = dx.Shape[0], inputs = dx.Shape[1];
        if (lora.Dropout == 0)
        {
            DenseProduct(tokens, F32(dHidden), dHidden.Stride, lora.A, true, F32(dx), inputs, true);
            return;
        }

        float* gradient = _scratch.Get("linear.dropped", (long)Math.Min(tokens, AdapterTokens) * inputs);
        for (int first = 0; first < tokens; first += AdapterTokens)
        {
            int count = Math.Min(AdapterTokens, tokens - first);
            DenseProduct(count, Row(dHidden, first), dHidden.Stride, lora.A, true, gradient, inputs, false);
            ApplyDropout(gradient, gradient, lora, layout, first, count, inputs);
            float* sum = F32(dx) + ((nint)first * inputs);
            ForChunks((long)count * inputs, (start, n) =>
                RowMath<S, V>.Add(gradient + start, sum + start, sum + start, n));
        }
    }

    /// <summary>dropout(x) of these tokens: x itself without dropout, otherwise a scratch buffer.</summary>
    private float* Dropped(Tensor x, LoraWeights lora, SequenceLayout layout, int first, int count)
    {
        int inputs = x.Shape[1];
        float* input = F32(x) + ((nint)first * inputs);
        if (lora.Dropout == 0)
            return input;
        float* dropped = _scratch.Get("linear.dropped", (long)count * inputs);
        ApplyDropout(input, dropped, lora, layout, first, count, inputs);
        return dropped;
    }

    /// <summary>y = mask * x for tokens first .. first + count - 1, whose rows x and y begin with.</summary>
    private void ApplyDropout(
        float* x, float* y, LoraWeights lora, SequenceLayout layout, int first, int count, int features)
    {
        var mask = new DropoutMask(lora.DropoutSeed, lora.Dropout);
        long* keys = (long*)layout.TokenKeys.Address + first;
        ForTokens(count, features, t =>
            mask.Apply(keys[t], x + ((nint)t * features), y + ((nint)t * features), features));
    }

    /// <summary>x *= factor, of rows of so many floats, stride apart.</summary>
    private void ScaleHidden(float* x, int rows, int width, long stride, float factor) => ForTokens(rows, width, t =>
    {
        float* row = x + (t * (nint)stride);
        RowMath<S, V>.Scale(row, factor, row, width);
    });
}
