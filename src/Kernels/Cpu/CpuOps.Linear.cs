using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void LinearCore(
        Tensor x, LinearWeights weights, SequenceLayout layout, Tensor y, Tensor? loraHidden)
    {
        DenseProduct(x.Shape[0], weights.Outputs, weights.Inputs, F32(x), weights.Weight, false, F32(y), false);
        if (weights.Lora is { } lora)
            AdapterForward(x, lora, layout, y, loraHidden!);
        if (weights.Bias is { } bias)
            AddBias(bias, y);
    }

    protected override void LinearInputBackwardCore(
        Tensor dy, LinearWeights weights, SequenceLayout layout, Tensor? hidden, LinearGradients gradients,
        Tensor? dx, bool accumulateDx)
    {
        int tokens = dy.Shape[0];
        if (dx is not null)
            DenseProduct(tokens, weights.Inputs, weights.Outputs, F32(dy), weights.Weight, true, F32(dx), accumulateDx);
        if (weights.Lora is { } lora)
            AdapterInputBackward(dy, lora, layout, hidden!, gradients, dx);
    }

    protected override void LinearWeightBackwardCore(
        Tensor dy, Tensor x, LinearWeights weights, SequenceLayout layout, Tensor? hidden, LinearGradients gradients)
    {
        if (weights.Lora is { } lora && gradients.LoraA is { } dA)
            AdapterWeightBackward(F32(hidden!), x, lora, layout, F32(dA));
        if (gradients.Weight is { } dWeight)
            RowProducts(layout, F32(dy), weights.Outputs, F32(x), weights.Inputs, F32(dWeight));
        if (gradients.Bias is { } dBias)
            BiasGradient(dy, layout, dBias);
    }

    /// <summary>By dot products, whose bits do not depend on the number of tokens.</summary>
    protected override void LinearDecodeCore(Tensor x, ReadOnlySpan<LinearOutput> outputs, bool sameBits)
    {
        int tokens = x.Shape[0];
        var products = new GemmArguments[outputs.Length];
        for (int i = 0; i < products.Length; i++)
        {
            LinearWeights weights = outputs[i].Weights;
            products[i] = Dense(
                tokens, weights.Outputs, weights.Inputs, F32(x), weights.Weight, false, F32(outputs[i].Y), false);
        }

        RowDots<S, V>.Run(_pool, _scratch, products);
        foreach ((LinearWeights weights, Tensor y) in outputs)
        {
            if (weights.Lora is { } lora)
            {
                float* hidden = _scratch.Get("linear.hidden", (long)tokens * lora.Rank);
                RowDots(tokens, lora.Rank, weights.Inputs, F32(x), lora.A, hidden, false);
                ScaleHidden(hidden, (long)tokens * lora.Rank, lora.Scale);
                RowDots(tokens, weights.Outputs, lora.Rank, hidden, lora.B, F32(y), true);
            }

            if (weights.Bias is { } bias)
                AddBias(bias, y);
        }
    }

    /// <summary>c[m, n] (=|+=) a[m, k] b[n, k]. All dense.</summary>
    private void RowDots(int m, int n, int k, float* a, Tensor b, float* c, bool accumulate) =>
        RowDots<S, V>.Run(_pool, _scratch, [Dense(m, n, k, a, b, false, c, accumulate)]);

    /// <summary>c[m, n] (=|+=) a[m, k] b, b stored [n, k] or, where its rows are k, [k, n]. All dense.</summary>
    private void DenseProduct(int m, int n, int k, float* a, Tensor b, bool rowsAreK, float* c, bool accumulate) =>
        Gemm<S, V>.Run(_pool, _scratch, Dense(m, n, k, a, b, rowsAreK, c, accumulate));

    private static GemmArguments Dense(
        int m, int n, int k, float* a, Tensor b, bool rowsAreK, float* c, bool accumulate) =>
        new()
        {
            M = m,
            N = n,
            K = k,
            A = a,
            StrideA = k,
            B = (void*)b.Address,
            StrideB = rowsAreK ? n : k,
            BRowsAreK = rowsAreK,
            BType = b.Type,
            C = c,
            StrideC = n,
            Accumulate = accumulate,
        };

    /// <summary>
    /// c[n, k] += the sum over tokens of a[t, n] b[t, k]: each row's tokens by themselves, rows in order.
    /// </summary>
    private void RowProducts(SequenceLayout layout, float* a, int n, float* b, int k, float* c)
    {
        for (int row = 0; row < layout.Rows; row++)
        {
            int start = layout.RowStarts[row];
            TokenProducts(layout.RowStarts[row + 1] - start, a + ((nint)start * n), n, b + ((nint)start * k), k, c);
        }
    }

    /// <summary>c[n, k] += the sum over these tokens of a[t, n] b[t, k].</summary>
    private void TokenProducts(int tokens, float* a, int n, float* b, int k, float* c) =>
        Gemm<S, V>.Run(_pool, _scratch, new GemmArguments
        {
            M = n,
            N = k,
            K = tokens,
            A = a,
            StrideA = n,
            ATransposed = true,
            B = b,
            StrideB = k,
            BRowsAreK = true,
            BType = DType.F32,
            C = c,
            StrideC = k,
            Accumulate = true,
        });
}
