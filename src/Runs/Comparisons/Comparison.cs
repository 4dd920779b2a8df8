namespace MolEngine.Runs.Comparisons;

/// <summary>Models beside the base that they came from, on texts and tasks: all that is shown of a comparison.
/// </summary>
/// <param name="Base">The base model's folder or name.</param>
/// <param name="Resamples">Of the bootstrap behind every interval.</param>
/// <param name="Seed">Of its draws.</param>
/// <param name="TopN">Tokens of the base that the coarse KL has one by one.</param>
/// <param name="Notes">What a reader must know of how it was measured.</param>
public sealed record Comparison(
    string Base, IReadOnlyList<ComparedModel> Models, int Resamples, ulong Seed, int TopN, IReadOnlyList<string> Notes)
{
    /// <summary>Of each general text the nearest and the farthest model, the largest text first; empty of one model.
    /// </summary>
    public IReadOnlyList<DistanceChange> Distances { get; init; } = [];
}
