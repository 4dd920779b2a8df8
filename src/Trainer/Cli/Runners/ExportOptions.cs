using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Source">Adapter folder, or run directory.</param>
/// <param name="Model">Null takes the one that the run's config names; never null for an adapter.</param>
/// <param name="To">Folder to write; absent or empty.</param>
/// <param name="Merge">A model with the adapter merged in.</param>
/// <param name="StoreAs">Type of a merged model's weights; null keeps that of the model's own.</param>
internal sealed record ExportOptions(
    string Source, bool IsRun, string? Model, string To, bool Merge, DType? StoreAs);
