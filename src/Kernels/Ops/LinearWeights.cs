using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

/// <summary>A linear layer: Weight [N, K] fp32 or bf16, Bias [N] or null, and a low-rank adapter or null.</summary>
public sealed record LinearWeights(Tensor Weight, Tensor? Bias = null, LoraWeights? Lora = null)
{
    public int Outputs => Weight.Shape[0];

    public int Inputs => Weight.Shape[1];
}

/// <summary>y += Scale * dropout(x) A^T B^T. A [R, K], B [N, R], fp32 or bf16.</summary>
/// <param name="Scale">alpha / r, or alpha / sqrt(r).</param>
/// <param name="Dropout">Probability that an input feature of the adapter is dropped: [0, 1).</param>
/// <param name="DropoutSeed">Distinguishes adapters and steps; with the token's key and the feature's index it fixes
/// the mask.</param>
public sealed record LoraWeights(Tensor A, Tensor B, float Scale, float Dropout = 0, ulong DropoutSeed = 0)
{
    public int Rank => A.Shape[0];
}

/// <summary>Where the gradients of a linear layer go, all fp32 and accumulated; null where frozen.</summary>
public sealed record LinearGradients(
    Tensor? Weight = null, Tensor? Bias = null, Tensor? LoraA = null, Tensor? LoraB = null);
