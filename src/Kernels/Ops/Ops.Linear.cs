using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

public abstract partial class Ops
{
    /// <summary>
    /// y = x W^T + bias + Scale * dropout(x) A^T B^T. x activation [T, K], y activation [T, N]. Each token's result
    /// depends on that token alone, to the bit: not on T, nor on its place.
    /// </summary>
    /// <param name="loraHidden">Activation [T, R]: receives Scale * dropout(x) A^T, which the backward pass reads. Null
    /// without an adapter.</param>
    public void Linear(Tensor x, LinearWeights weights, SequenceLayout layout, Tensor y, Tensor? loraHidden)
    {
        CheckLinear(nameof(Linear), x, weights, layout, loraHidden);
        Require.Shape(nameof(Linear), nameof(y), y, ActivationType, x.Shape[0], weights.Outputs);
        Require.Distinct(nameof(Linear), x, y);
        LinearCore(x, weights, layout, y, loraHidden);
    }

    /// <summary>
    /// Both parts of the backward pass of a layer whose x is at hand: <see cref="LinearInputBackward"/>, then
    /// <see cref="LinearWeightBackward"/>.
    /// </summary>
    /// <inheritdoc cref="LinearInputBackward" path="/param"/>
    /// <inheritdoc cref="LinearWeightBackward" path="/param"/>
    public void LinearBackward(
        Tensor dy, Tensor x, LinearWeights weights, SequenceLayout layout, Tensor? hidden, LinearGradients gradients,
        Tensor? dx, bool accumulateDx)
    {
        if (dx is not null)
            Require.Distinct(nameof(LinearBackward), dx, x);
        LinearInputBackward(dy, weights, layout, hidden, gradients, dx, accumulateDx);
        LinearWeightBackward(dy, x, weights, layout, hidden, gradients);
    }

    /// <summary>
    /// The part that x is not needed for: dx = (or +=) dy W + the adapter's share, and the gradient of the adapter's B.
    /// Weight gradients are accumulated, each row's sum over tokens by itself and rows in order, so that they do not
    /// depend on the split into micro-batches, to the bit.
    /// </summary>
    /// <param name="dy">Activation or fp32 [T, N].</param>
    /// <param name="hidden">What <see cref="Linear"/> left in its loraHidden; leaves as its gradient, Scale * dy B,
    /// where dx or the gradient of A is wanted. Null without an adapter.</param>
    /// <param name="dx">Activation or fp32 [T, K], or null where no input gradient is wanted.</param>
    public void LinearInputBackward(
        Tensor dy, LinearWeights weights, SequenceLayout layout, Tensor? hidden, LinearGradients gradients,
        Tensor? dx, bool accumulateDx)
    {
        const string Op = nameof(LinearInputBackward);
        CheckLinear(Op, weights, layout, hidden, dy.Shape[0]);
        CheckGradients(Op, dy, weights, gradients);
        Require.ActivationOrF32(Op, nameof(dx), dx, ActivationType, dy.Shape[0], weights.Inputs);
        if (dx is not null)
            Require.Distinct(Op, dx, dy);
        LinearInputBackwardCore(dy, weights, layout, hidden, gradients, dx, accumulateDx);
    }

    /// <summary>
    /// The part that x is needed for: the gradients of the weight and of the adapter's A, and that of the bias.
    /// Accumulated as those of <see cref="LinearInputBackward"/>, which comes before.
    /// </summary>
    /// <param name="dy">Activation or fp32 [T, N].</param>
    /// <param name="x">Activation [T, K].</param>
    /// <param name="hidden">As <see cref="LinearInputBackward"/> left it.</param>
    public void LinearWeightBackward(
        Tensor dy, Tensor x, LinearWeights weights, SequenceLayout layout, Tensor? hidden, LinearGradients gradients)
    {
        const string Op = nameof(LinearWeightBackward);
        CheckLinear(Op, x, weights, layout, hidden);
        CheckGradients(Op, dy, weights, gradients);
        LinearWeightBackwardCore(dy, x, weights, layout, hidden, gradients);
    }

    /// <summary>
    /// y = x W^T + bias + Scale * x A^T B^T for generation: the tokens of a decoding step or of a prompt, by a path
    /// made for their number. Values may differ from <see cref="Linear"/> in the last bits; training never takes it.
    /// No dropout. x activation [T, K], y activation or fp32 [T, N].
    /// </summary>
    /// <param name="sameBits">Whether a token's result must depend on that token alone, to the bit, whatever T.</param>
    public void LinearDecode(Tensor x, LinearWeights weights, Tensor y, bool sameBits = false) =>
        LinearDecode(x, [new(weights, y)], sameBits);

    /// <summary>
    /// Several layers of the same x, as of q, k and v: each as by itself, to the bit, with less waiting between them.
    /// </summary>
    /// <inheritdoc cref="LinearDecode(Tensor, LinearWeights, Tensor, bool)" path="/param"/>
    public void LinearDecode(Tensor x, ReadOnlySpan<LinearOutput> outputs, bool sameBits = false)
    {
        foreach ((LinearWeights weights, Tensor y) in outputs)
        {
            Require.Shape(nameof(LinearDecode), nameof(x), x, ActivationType, y.Shape[0], weights.Inputs);
            Require.ActivationOrF32(nameof(LinearDecode), nameof(y), y, ActivationType, x.Shape[0], weights.Outputs);
            Require.Distinct(nameof(LinearDecode), x, y);
        }

        LinearDecodeCore(x, outputs, sameBits);
    }

    protected abstract void LinearCore(
        Tensor x, LinearWeights weights, SequenceLayout layout, Tensor y, Tensor? loraHidden);

    protected abstract void LinearInputBackwardCore(
        Tensor dy, LinearWeights weights, SequenceLayout layout, Tensor? hidden, LinearGradients gradients,
        Tensor? dx, bool accumulateDx);

    protected abstract void LinearWeightBackwardCore(
        Tensor dy, Tensor x, LinearWeights weights, SequenceLayout layout, Tensor? hidden, LinearGradients gradients);

    protected abstract void LinearDecodeCore(Tensor x, ReadOnlySpan<LinearOutput> outputs, bool sameBits);

    private void CheckGradients(string op, Tensor dy, LinearWeights weights, LinearGradients gradients)
    {
        Require.ActivationOrF32(op, nameof(dy), dy, ActivationType, dy.Shape[0], weights.Outputs);
        Require.Shape(op, "gradient of weight", gradients.Weight, DType.F32, weights.Outputs, weights.Inputs);
        Require.Shape(op, "gradient of bias", gradients.Bias, DType.F32, weights.Outputs);
        if (weights.Lora is not { } lora)
            return;
        Require.Shape(op, "gradient of lora A", gradients.LoraA, DType.F32, lora.Rank, weights.Inputs);
        Require.Shape(op, "gradient of lora B", gradients.LoraB, DType.F32, weights.Outputs, lora.Rank);
    }

    private void CheckLinear(string op, Tensor x, LinearWeights w, SequenceLayout layout, Tensor? loraHidden)
    {
        Require.Shape(op, "x", x, ActivationType, x.Shape[0], w.Inputs);
        CheckLinear(op, w, layout, loraHidden, x.Shape[0]);
    }

    private void CheckLinear(string op, LinearWeights w, SequenceLayout layout, Tensor? loraHidden, int tokens)
    {
        Require.Layout(op, layout, tokens);
        Require.Weight(op, "weight", w.Weight, w.Outputs, w.Inputs);
        if (w.Bias is not null)
            Require.Weight(op, "bias", w.Bias, w.Outputs);
        if (w.Lora is not { } lora)
            return;
        Require.Weight(op, "lora A", lora.A, lora.Rank, w.Inputs);
        Require.Weight(op, "lora B", lora.B, w.Outputs, lora.Rank);
        if (loraHidden is null)
            throw new ArgumentException(
                $"{op}: loraHidden: expected a tensor [T, {lora.Rank}] where there is an adapter, got none");
        Require.Shape(op, "loraHidden", loraHidden, ActivationType, tokens, lora.Rank);
        if (lora.Dropout is < 0 or >= 1)
            throw new ArgumentException($"{op}: dropout: expected a probability in [0, 1), got {lora.Dropout}");
    }
}
