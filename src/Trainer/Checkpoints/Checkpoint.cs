namespace MolEngine.Trainer.Checkpoints;

/// <summary>A complete checkpoint in a run directory.</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="Step">Steps that were finished.</param>
/// <param name="ValidationLoss">Loss of the last validation up to then; null where there was none.</param>
/// <param name="Identity">What it belongs to.</param>
public sealed record Checkpoint(string Folder, long Step, double? ValidationLoss, RunIdentity Identity);
