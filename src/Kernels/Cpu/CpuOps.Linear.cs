using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void LinearCore(Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout)
    {
        foreach ((LinearWeights weights, Tensor y, Tensor? hidden, _) in outputs)
        {
            DenseProduct(x.Shape[0], F32(x), weights.Inputs, weights.Weight, false, F32(y), y.Stride, false);
            if (weights.Lora is { } lora)
                AdapterForward(x, lora, layout, y, hidden!);
            if (weights.Bias is { } bias)
                AddBias(bias, y);
        }
    }

    protected override void LinearInputBackwardCore(
        ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout, Tensor? dx, bool accumulateDx)
    {
        foreach (LinearOutput one in outputs)
        {
            (LinearWeights weights, Tensor dy) = (one.Weights, one.Y);
            if (dx is not null)
            {
                DenseProduct(
                    dy.Shape[0], F32(dy), dy.Stride, weights.Weight, true, F32(dx), weights.Inputs, accumulateDx);
            }

            if (weights.Lora is { } lora)
                AdapterInputBackward(one, lora, layout, dx);
            accumulateDx = true;
        }
    }

    protected override void LinearWeightBackwardCore(
        Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout)
    {
        foreach (LinearOutput one in outputs)
        {
            (LinearWeights weights, Tensor dy, LinearGradients gradients) = (one.Weights, one.Y, one.Gradients!);
            if (weights.Lora is { } lora && gradients.LoraA is { } dA)
                AdapterWeightBackward(one.Hidden!, x, lora, layout, F32(dA));
            if (gradients.Weight is { } dWeight)
                RowProducts(layout, dy, x, F32(dWeight));
            if (gradients.Bias is { } dBias)
                BiasGradient(dy, layout, dBias);
        }
    }

    /// <summary>By dot products, whose bits do not depend on the number of tokens.</summary>
    protected override void LinearDecodeCore(Tensor x, ReadOnlySpan<LinearOutput> outputs, bool sameBits)
    {
        int tokens = x.Shape[0];
        var products = new GemmArguments[outputs.Length];
        for (int i = 0; i < products.Length; i++)
        {
            LinearWeights weights = outputs[i].Weights;
            Tensor y = outputs[i].Y;
            products[i] = Dense(tokens, F32(x), weights.Inputs, weights.Weight, false, F32(y), y.Stride, false);
        }

        RowDots<S, V>.Run(_pool, _scratch, products);
        foreach ((LinearWeights weights, Tensor y, _, _) in outputs)
        {
            if (weights.Lora is { } lora)
            {
                float* hidden = _scratch.Get("linear.hidden", (long)tokens * lora.Rank);
                RowDots(tokens, F32(x), weights.Inputs, lora.A, hidden, lora.Rank, false);
                ScaleHidden(hidden, tokens, lora.Rank, lora.Rank, lora.Scale);
                RowDots(tokens, hidden, lora.Rank, lora.B, F32(y), y.Stride, true);
            }

            if (weights.Bias is { } bias)
                AddBias(bias, y);
        }
    }

    /// <summary>c[m, n] (=|+=) a[m, k] b[n, k], rows of a and c so many floats apart.</summary>
    private void RowDots(int m, float* a, long strideA, Tensor b, float* c, long strideC, bool accumulate) =>
        RowDots<S, V>.Run(_pool, _scratch, [Dense(m, a, strideA, b, false, c, strideC, accumulate)]);

    /// <summary>
    /// c[m, n] (=|+=) a[m, k] b, b stored [n, k] or, where its rows are k, [k, n]. Rows of a and c are so many floats
    /// apart.
    /// </summary>
    private void DenseProduct(
        int m, float* a, long strideA, Tensor b, bool rowsAreK, float* c, long strideC, bool accumulate) =>
        Gemm<S, V>.Run(
            _pool, _scratch, Dense(m, a, strideA, b, rowsAreK, c, strideC, accumulate) with { Kind = products });

    private static GemmArguments Dense(
        int m, float* a, long strideA, Tensor b, bool rowsAreK, float* c, long strideC, bool accumulate) =>
        new()
        {
            M = m,
            N = b.Shape[rowsAreK ? 1 : 0],
            K = b.Shape[rowsAreK ? 0 : 1],
            A = a,
            StrideA = (nint)strideA,
            B = (void*)b.Address,
            StrideB = b.Shape[1],
            BRowsAreK = rowsAreK,
            BType = b.Type,
            C = c,
            StrideC = (nint)strideC,
            Accumulate = accumulate,
        };

    /// <summary>
    /// c[n, k] += the sum over tokens of a[t, n] b[t, k]: each row's tokens by themselves, rows in order.
    /// </summary>
    private void RowProducts(SequenceLayout layout, Tensor a, Tensor b, float* c)
    {
        for (int row = 0; row < layout.Rows; row++)
        {
            int start = layout.RowStarts[row], tokens = layout.RowStarts[row + 1] - start;
            TokenProducts(tokens, Row(a, start), a.Shape[1], a.Stride, Row(b, start), b.Shape[1], b.Stride, c);
        }
    }

    /// <summary>c[n, k] += the sum over these tokens of a[t, n] b[t, k].</summary>
    private void TokenProducts(int tokens, float* a, int n, long strideA, float* b, int k, long strideB, float* c) =>
        Gemm<S, V>.Run(_pool, _scratch, new GemmArguments
        {
            Kind = products,
            M = n,
            N = k,
            K = tokens,
            A = a,
            StrideA = (nint)strideA,
            ATransposed = true,
            B = b,
            StrideB = (nint)strideB,
            BRowsAreK = true,
            BType = DType.F32,
            C = c,
            StrideC = k,
            Accumulate = true,
        });
}
