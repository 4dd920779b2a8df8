namespace MolEngine.Trainer.Checkpoints;

/// <param name="Every">Steps between checkpoints; 0 saves only an interrupted run.</param>
/// <param name="Export">What becomes the run's adapter or model.</param>
public sealed record CheckpointSettings(int Every, KeepPolicy Keep, ExportKind Export)
{
    /// <summary>Whether the best validation has a checkpoint, which stays.</summary>
    public bool KeepsBest => Keep.Best || Export == ExportKind.Best;

    /// <summary>Checkpoints that stay, of a run that has made enough.</summary>
    public int Stay => KeepsBest ? Keep.Last + 1 : Every == 0 ? 0 : Keep.Last;
}
