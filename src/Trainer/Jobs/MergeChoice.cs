using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Jobs;

/// <summary>Whether an export merges the adapter into the model.</summary>
/// <param name="StoreAs">Type of the merged model's weights; null keeps that of the model's own.</param>
internal readonly record struct MergeChoice(bool Merges, DType? StoreAs = null);
