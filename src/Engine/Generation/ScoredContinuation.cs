namespace MolEngine.Engine.Generation;

/// <summary>How probable a continuation is after its context.</summary>
/// <param name="LogProb">The sum over its tokens, in float64.</param>
/// <param name="Tokens">Each of them.</param>
public sealed record ScoredContinuation(double LogProb, IReadOnlyList<ScoredToken> Tokens)
{
    /// <summary>Whether greedy decoding would give the whole of it.</summary>
    public bool IsGreedy => Tokens.All(t => t.IsGreedy);
}
