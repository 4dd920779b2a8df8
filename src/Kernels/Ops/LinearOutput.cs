using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

/// <summary>A linear layer, and the tensor [T, N] that receives its output.</summary>
public readonly record struct LinearOutput(LinearWeights Weights, Tensor Y);
