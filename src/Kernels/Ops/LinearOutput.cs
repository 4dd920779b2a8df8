using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

/// <summary>A linear layer of some input, and what is its own of a pass.</summary>
/// <param name="Y">[T, N]: receives its output; on the way back it holds the gradient of that.</param>
/// <param name="Hidden">Activation [T, R]: receives Scale * dropout(x) A^T, which the backward pass reads and replaces
/// by its gradient. Null without an adapter, and where a token is decoded.</param>
/// <param name="Gradients">Where those of its tensors go; null on the way forth.</param>
public readonly record struct LinearOutput(
    LinearWeights Weights, Tensor Y, Tensor? Hidden = null, LinearGradients? Gradients = null);
