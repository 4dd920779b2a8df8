namespace MolEngine.Trainer.Experiments;

/// <summary>A cell of an experiment: the base with some keys changed.</summary>
/// <param name="Name">Its folder's name, too.</param>
/// <param name="Settings">What is laid over the base, <c>KEY=VALUE</c> each; the seed is not among them.</param>
/// <param name="Own">Those of them that are the cell's own.</param>
internal sealed record ExperimentCell(string Name, IReadOnlyList<string> Settings, IReadOnlyList<string> Own);
