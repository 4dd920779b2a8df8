using MolEngine.Engine.Generation;

namespace MolEngine.Server.Serving;

/// <summary>How an answer ended.</summary>
/// <param name="Rest">Text that was held back until then.</param>
/// <param name="FinishReason">As OpenAI names it: <c>stop</c> or <c>length</c>.</param>
/// <param name="Tokens">Tokens generated, one that ended it included.</param>
/// <param name="CachedTokens">Tokens of the prompt that the cache had.</param>
/// <param name="PromptLogProbs">See <see cref="GenerationRow.PromptLogProbs"/>.</param>
/// <param name="IsBroken">Whether the model gave no numbers: weights or adapter are broken.</param>
public sealed record SequenceEnd(
    string Rest, string FinishReason, int Tokens, int CachedTokens, IReadOnlyList<ScoredToken> PromptLogProbs,
    bool IsBroken);
