namespace MolEngine.Engine.Generation;

/// <summary>What a row got in a step.</summary>
/// <param name="LogProb">
/// The logarithm of the token's probability by the model's own softmax, before penalties, temperature and cuts; null
/// where the request asks for no log-probabilities.
/// </param>
/// <param name="Top">The most probable tokens there, the best first; as many as the request asks for.</param>
public sealed record GeneratedToken(
    GenerationRow Row, int Id, double? LogProb, IReadOnlyList<TokenLogProb> Top)
{
    /// <summary>
    /// KL(model || reference) in nats of the distributions that the token could have come from, over the whole
    /// vocabulary, by both models' own softmax; null where the request names no reference.
    /// </summary>
    public double? Divergence { get; init; }
}
