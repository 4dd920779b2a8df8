namespace MolEngine.Trainer.Checkpoints;

/// <param name="Every">Steps between checkpoints; 0 saves only an interrupted run.</param>
public sealed record CheckpointSettings(int Every, KeepPolicy Keep);
