namespace MolEngine.Runs.Comparisons;

/// <summary>A checkpoint of a run beside the base, on texts: a point on the way to the model.</summary>
/// <param name="Step">Steps that were finished.</param>
public sealed record CheckpointChange(long Step, IReadOnlyList<TextChange> Texts);
