namespace MolEngine.Trainer.Experiments;

/// <summary>An experiment as its spec says.</summary>
/// <param name="Source">The spec's path, as it was given.</param>
/// <param name="Base">Config that the cells begin with, absolute; null where the spec has it itself.</param>
/// <param name="Cells">At least one; of different names.</param>
/// <param name="Baseline">The cell that the others are tested against.</param>
internal sealed record ExperimentSpec(
    string Name, string Source, string? Base, IReadOnlyList<ulong> Seeds, IReadOnlyList<ExperimentCell> Cells,
    ExperimentCell Baseline, JudgeSettings Judge);
