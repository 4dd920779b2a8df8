namespace MolEngine.Runs.Experiments;

/// <summary>What a cell gained where it was to learn, and lost where it was to stay: means over measures.</summary>
/// <param name="IsBest">
/// Whether no other cell gained at least as much for at most the same loss, and more or for less: Pareto's sense.
/// </param>
public sealed record GainPoint(string Cell, double Gain, double Loss, bool IsBest)
{
    /// <summary>A point for each seed.</summary>
    public IReadOnlyList<(ulong Seed, double Gain, double Loss)> Runs { get; init; } = [];

    /// <summary>Marks the cells that are best in Pareto's sense.</summary>
    /// <param name="cells">Each with the points of its runs, at least one.</param>
    public static IReadOnlyList<GainPoint> Of(
        IReadOnlyList<(string Cell, IReadOnlyList<(ulong Seed, double Gain, double Loss)> Runs)> cells)
    {
        GainPoint[] points =
        [
            .. cells.Select(c => new GainPoint(c.Cell, c.Runs.Average(r => r.Gain), c.Runs.Average(r => r.Loss), false)
            {
                Runs = c.Runs,
            }),
        ];
        return [.. points.Select(p => p with { IsBest = !points.Any(o => o.IsAbove(p)) })];
    }

    private bool IsAbove(GainPoint other) => Gain >= other.Gain && Loss <= other.Loss
        && (Gain > other.Gain || Loss < other.Loss);
}
