namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>An answer to be scored: which one of its task.</summary>
/// <param name="Subset">Empty for a task that is one whole.</param>
/// <param name="Item">Place in the subset's test, from 0.</param>
/// <param name="Sample">Which of the answers to it, from 0.</param>
public readonly record struct ItemKey(string Subset, int Item, int Sample = 0);
