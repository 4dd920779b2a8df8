namespace MolEngine.Trainer.Checkpoints;

/// <summary>
/// The checkpoints of a run directory as a reader finds them: a damaged one never hides one that is whole.
/// </summary>
/// <param name="Whole">Oldest first.</param>
/// <param name="PassedOver">A line for each that is damaged: where it lies and what is wrong with it.</param>
internal sealed record CheckpointList(
    string RunDirectory, IReadOnlyList<Checkpoint> Whole, IReadOnlyList<string> PassedOver)
{
    /// <summary>The newest whole checkpoint; null where the run has saved none yet.</summary>
    /// <exception cref="UserException">There are checkpoints, and all of them are damaged.</exception>
    public Checkpoint? Newest => Whole.Count > 0 ? Whole[^1]
        : PassedOver.Count == 0 ? null
        : throw new UserException(
            $"{RunDirectory}: expected a checkpoint that is whole, got damaged ones alone: "
            + $"{string.Join("; ", PassedOver)}. Put one back from a copy, or remove them to start again from the "
            + "first step.");
}
