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
    public void Linear(Tensor x, LinearWeights weights, SequenceLayout layout, Tensor y, Tensor? loraHidden) =>
        Linear(x, [new(weights, y, loraHidden)], layout);

    /// <summary>
    /// Several layers of the same x, as q, k and v, each as by itself. Where their tensors are neighbours (weights,
    /// biases, A and B entry after entry of one tensor, outputs and hidden values columns after columns), a device does
    /// with one product what else takes several. Outputs and hidden values may be columns of wider matrices.
    /// </summary>
    public void Linear(Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout)
    {
        const string Op = nameof(Linear);
        foreach (LinearOutput one in outputs)
        {
            CheckLinear(Op, x, one, layout);
            Require.Columns(Op, "y", one.Y, ActivationType, x.Shape[0], one.Weights.Outputs);
            Require.Distinct(Op, x, one.Y);
            foreach (LinearOutput other in outputs)
            {
                if (!ReferenceEquals(other.Y, one.Y))
                    Require.Distinct(Op, other.Y, one.Y);
            }
        }

        LinearCore(x, outputs, layout);
    }

    /// <summary>
    /// Both parts of the backward pass of a layer whose x is at hand: <see cref="LinearInputBackward"/>, then
    /// <see cref="LinearWeightBackward"/>.
    /// </summary>
    /// <param name="dy">Activation or fp32 [T, N].</param>
    /// <param name="x">Activation [T, K].</param>
    /// <param name="hidden">What the forward pass left in its loraHidden.</param>
    /// <inheritdoc cref="LinearInputBackward" path="/param"/>
    public void LinearBackward(
        Tensor dy, Tensor x, LinearWeights weights, SequenceLayout layout, Tensor? hidden, LinearGradients gradients,
        Tensor? dx, bool accumulateDx)
    {
        if (dx is not null)
            Require.Distinct(nameof(LinearBackward), dx, x);
        ReadOnlySpan<LinearOutput> outputs = [new(weights, dy, hidden, gradients)];
        LinearInputBackward(outputs, layout, dx, accumulateDx);
        LinearWeightBackward(x, outputs, layout);
    }

    /// <summary>
    /// The part that x is not needed for: dx = (or +=) the sum over the layers of dy W + the adapter's share, and the
    /// gradients of the adapters' B. Weight gradients are accumulated, each row's sum over tokens by itself and rows in
    /// order, so that they do not depend on the split into micro-batches, to the bit.
    /// </summary>
    /// <param name="outputs">With dy, activation or fp32 [T, N], and hidden values, which leave as their gradient,
    /// Scale * dy B, where dx or the gradient of A is wanted.</param>
    /// <param name="dx">Activation or fp32 [T, K], or null where no input gradient is wanted.</param>
    public void LinearInputBackward(
        ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout, Tensor? dx, bool accumulateDx)
    {
        const string Op = nameof(LinearInputBackward);
        foreach (LinearOutput one in outputs)
        {
            CheckLinear(Op, one, layout, one.Y.Shape[0]);
            CheckGradients(Op, one);
            Require.ActivationOrF32(Op, nameof(dx), dx, ActivationType, one.Y.Shape[0], one.Weights.Inputs);
            if (dx is not null)
                Require.Distinct(Op, dx, one.Y);
        }

        LinearInputBackwardCore(outputs, layout, dx, accumulateDx);
    }

    /// <summary>
    /// The part that x is needed for: the gradients of the weights and of the adapters' A, and those of the biases.
    /// Accumulated as those of <see cref="LinearInputBackward"/>, which comes before.
    /// </summary>
    /// <param name="x">Activation [T, K].</param>
    /// <param name="outputs">As <see cref="LinearInputBackward"/> left them.</param>
    public void LinearWeightBackward(Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout)
    {
        const string Op = nameof(LinearWeightBackward);
        foreach (LinearOutput one in outputs)
        {
            CheckLinear(Op, x, one, layout);
            CheckGradients(Op, one);
        }

        LinearWeightBackwardCore(x, outputs, layout);
    }

    /// <summary>
    /// y = x W^T + bias + Scale * x A^T B^T for generation: the tokens of a decoding step or of a prompt, by a path
    /// made for their number. Values may differ from those of training in the last bits; training never takes it.
    /// No dropout. x activation [T, K], y activation or fp32 [T, N], or columns of a wider matrix.
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
        foreach ((LinearWeights weights, Tensor y, _, _) in outputs)
        {
            Require.Shape(nameof(LinearDecode), nameof(x), x, ActivationType, y.Shape[0], weights.Inputs);
            Require.ActivationOrF32Columns(
                nameof(LinearDecode), nameof(y), y, ActivationType, x.Shape[0], weights.Outputs);
            Require.Distinct(nameof(LinearDecode), x, y);
        }

        LinearDecodeCore(x, outputs, sameBits);
    }

    protected abstract void LinearCore(Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout);

    protected abstract void LinearInputBackwardCore(
        ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout, Tensor? dx, bool accumulateDx);

    protected abstract void LinearWeightBackwardCore(
        Tensor x, ReadOnlySpan<LinearOutput> outputs, SequenceLayout layout);

    protected abstract void LinearDecodeCore(Tensor x, ReadOnlySpan<LinearOutput> outputs, bool sameBits);

    private void CheckGradients(string op, in LinearOutput one)
    {
        LinearWeights w = one.Weights;
        Require.ActivationOrF32Columns(op, "dy", one.Y, ActivationType, one.Y.Shape[0], w.Outputs);
        if (one.Gradients is not { } gradients)
            throw new ArgumentException($"{op}: {w.Weight.Name}: expected places for gradients, got none");
        Require.Shape(op, "gradient of weight", gradients.Weight, DType.F32, w.Outputs, w.Inputs);
        Require.Shape(op, "gradient of bias", gradients.Bias, DType.F32, w.Outputs);
        if (w.Lora is not { } lora)
            return;
        Require.Shape(op, "gradient of lora A", gradients.LoraA, DType.F32, lora.Rank, w.Inputs);
        Require.Shape(op, "gradient of lora B", gradients.LoraB, DType.F32, w.Outputs, lora.Rank);
    }

    private void CheckLinear(string op, Tensor x, in LinearOutput one, SequenceLayout layout)
    {
        Require.Shape(op, "x", x, ActivationType, x.Shape[0], one.Weights.Inputs);
        CheckLinear(op, one, layout, x.Shape[0]);
    }

    private void CheckLinear(string op, in LinearOutput one, SequenceLayout layout, int tokens)
    {
        LinearWeights w = one.Weights;
        Require.Layout(op, layout, tokens);
        Require.Weight(op, "weight", w.Weight, w.Outputs, w.Inputs);
        if (w.Bias is not null)
            Require.Weight(op, "bias", w.Bias, w.Outputs);
        if (w.Lora is not { } lora)
            return;
        Require.Weight(op, "lora A", lora.A, lora.Rank, w.Inputs);
        Require.Weight(op, "lora B", lora.B, w.Outputs, lora.Rank);
        if (one.Hidden is null)
            throw new ArgumentException(
                $"{op}: loraHidden: expected a tensor [T, {lora.Rank}] where there is an adapter, got none");
        Require.Columns(op, "loraHidden", one.Hidden, ActivationType, tokens, lora.Rank);
        if (lora.Dropout is < 0 or >= 1)
            throw new ArgumentException($"{op}: dropout: expected a probability in [0, 1), got {lora.Dropout}");
    }
}
