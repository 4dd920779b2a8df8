namespace MolEngine.Runs.Comparisons;

/// <summary>A model's place in the picture of gain and drop.</summary>
/// <param name="Gain">Mean over what was to be learned; above 0 is better.</param>
/// <param name="Drop">Mean over what was to stay; above 0 is worse.</param>
/// <param name="WorstDrop">The largest single drop.</param>
internal sealed record GainAndDropPoint(string Name, double Gain, double Drop, double WorstDrop)
{
    /// <summary>Where its run passed before, at its checkpoints.</summary>
    public IReadOnlyList<(long Step, double Gain, double Drop)> Way { get; init; } = [];
}
