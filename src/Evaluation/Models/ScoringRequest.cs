namespace MolEngine.Evaluation.Models;

/// <summary>A continuation that is to be scored.</summary>
/// <param name="Context">Ids before it; at least one.</param>
/// <param name="Continuation">Its own ids; at least one.</param>
public sealed record ScoringRequest(int[] Context, int[] Continuation);
