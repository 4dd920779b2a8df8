namespace MolEngine.Evaluation.Tasks.Results;

/// <summary>A score of a task with how sure it is.</summary>
/// <param name="Score">The score's name.</param>
/// <param name="StandardError">As lm-evaluation-harness has it; null of one item.</param>
/// <param name="Low">Lower end of the 95 % interval.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Items">Items that it is of.</param>
public sealed record Estimate(string Score, double Value, double? StandardError, double Low, double High, int Items);
