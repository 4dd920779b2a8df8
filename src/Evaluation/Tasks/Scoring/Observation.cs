namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>What an item adds to a score.</summary>
/// <param name="Score">The score's name.</param>
/// <param name="Value">1 for right, a log-likelihood, a number of right instructions: what is summed.</param>
/// <param name="Weight">What the sum is divided by: 1, words, bytes, instructions.</param>
public sealed record Observation(string Score, double Value, double Weight = 1);
