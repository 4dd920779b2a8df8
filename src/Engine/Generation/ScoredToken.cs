namespace MolEngine.Engine.Generation;

/// <summary>A token of a prompt as the model saw it come.</summary>
/// <param name="LogProb">The logarithm of its probability after all tokens before it.</param>
/// <param name="IsGreedy">Whether it is the most probable one (ties to the lower id).</param>
/// <param name="Top">The most probable tokens there, the best first; as many as the request asks for.</param>
public sealed record ScoredToken(int Id, double LogProb, bool IsGreedy, IReadOnlyList<TokenLogProb> Top);
