using MolEngine.Engine.Adapters;
using MolEngine.Engine.Folders;
using MolEngine.Kernels.Tensors;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Jobs;

/// <summary>What an export has written.</summary>
/// <param name="Told">A line that says so, and one for each checkpoint that was passed over.</param>
/// <param name="Merged">The model that an adapter was merged into; null where none was.</param>
internal sealed record Exported(string Told, MergedModel? Merged = null);

/// <summary>An adapter on its way out, and what it belongs to.</summary>
/// <param name="Modules">A [r, in] and B [out, r], fp32, by module path; host memory.</param>
/// <param name="Model">Folder of the model that it was trained over.</param>
/// <param name="BaseModel">What an earlier adapter calls the model; null where there is none.</param>
/// <param name="Run">The run that trained it; null where that is not known.</param>
internal sealed record ExportedAdapter(
    LoraConfig Lora, IReadOnlyDictionary<string, (Tensor A, Tensor B)> Modules, string Model, string? BaseModel,
    RunConfig? Run);

/// <summary>A model with an adapter merged in, as it lies in its folder.</summary>
/// <param name="Rounding">What rounding took of the adapter.</param>
internal sealed record MergedModel(string Folder, ExportedAdapter Adapter, MergeRounding Rounding);
