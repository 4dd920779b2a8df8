namespace MolEngine.Runs.Experiments;

/// <summary>An experiment's figures: all that its report shows.</summary>
/// <param name="Base">The model that every run came from.</param>
/// <param name="Baseline">Name of the cell that the others are tested against.</param>
/// <param name="Measures">What runs were measured by, domain first; those that not every run has come last.</param>
/// <param name="Cells">In the order of the spec, those too of which no run is done.</param>
/// <param name="Notes">What a reader must know of how it was measured.</param>
public sealed record Experiment(
    string Name, string Base, string Baseline, IReadOnlyList<ExperimentMeasure> Measures,
    IReadOnlyList<CellFigures> Cells, IReadOnlyList<GainPicture> Pictures, IReadOnlyList<string> Notes)
{
    /// <summary>Runs that failed, with the reasons.</summary>
    public IReadOnlyList<(string Run, string Why)> Failures { get; init; } = [];
}
