namespace MolEngine.Evaluation.Models;

/// <summary>What a model thinks of a continuation.</summary>
/// <param name="LogLikelihood">The sum of its tokens' log-probabilities, natural.</param>
/// <param name="IsGreedy">Whether each of its tokens is the most probable one in its place.</param>
public sealed record ContinuationScore(double LogLikelihood, bool IsGreedy);
