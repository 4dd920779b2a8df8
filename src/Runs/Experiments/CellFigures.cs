namespace MolEngine.Runs.Experiments;

/// <summary>A cell of an experiment.</summary>
/// <param name="Changes">What it changes in the base config, <c>KEY=VALUE</c> each.</param>
/// <param name="Planned">Runs, by seeds.</param>
/// <param name="Values">In the order of the experiment's measures; null where no run has the measure.</param>
public sealed record CellFigures(
    string Name, IReadOnlyList<string> Changes, int Planned, IReadOnlyList<CellValue?> Values);
