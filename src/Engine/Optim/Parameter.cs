using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Optim;

/// <summary>A tensor that is trained.</summary>
/// <param name="Name">Its name in the saved file: Hugging Face's, or PEFT's for adapters.</param>
/// <param name="Value">fp32 master weights.</param>
/// <param name="Gradient">fp32, of the same shape.</param>
/// <param name="Copy">The value rounded to bf16, which the model computes with; null where it computes with the master.
/// </param>
public sealed record Parameter(string Name, Tensor Value, Tensor Gradient, Tensor? Copy = null)
{
    /// <summary>Weight decay is on matrices only, not on norms and biases.</summary>
    public bool Decays => Value.Shape.Rank > 1;
}
