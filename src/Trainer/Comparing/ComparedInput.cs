using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Comparing;

/// <summary>A model that is compared with the base.</summary>
/// <param name="Place">As it was named: folder of a model, an adapter or a run.</param>
/// <param name="Model">Its model folder; null where it is an adapter on the base.</param>
/// <param name="Adapter">Its adapter's folder; null where it is a model of its own.</param>
/// <param name="Run">The run that made it; null where it is not named by its run.</param>
internal sealed record ComparedInput(string Name, string Place, string? Model, string? Adapter, RunConfig? Run);
