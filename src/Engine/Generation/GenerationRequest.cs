using MolEngine.Engine.Models.Common;

namespace MolEngine.Engine.Generation;

/// <summary>A prompt and how it is to be continued.</summary>
/// <param name="Prompt">At least one id.</param>
/// <param name="MaxTokens">Tokens to generate at most; 0 where only the prompt's probabilities are wanted.</param>
public sealed record GenerationRequest(ReadOnlyMemory<int> Prompt, int MaxTokens)
{
    /// <summary>Most alternatives to a token that can be reported.</summary>
    public const int MostTopLogProbs = 20;

    /// <summary>How tokens are drawn; null decodes greedily: the largest logit, ties to the lower id.</summary>
    public SamplingSettings? Sampling { get; init; }

    /// <summary>
    /// What is added to logits by id, before penalties, and of greedy decoding too; probabilities that are reported are
    /// without it.
    /// </summary>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    /// <summary>With it and its number a token's random number is fixed, whatever else is in the batch.</summary>
    public ulong Seed { get; init; }

    /// <summary>Ids that end the text.</summary>
    public IReadOnlyCollection<int> StopIds { get; init; } = [];

    /// <summary>
    /// How many alternatives are reported with each token, 0 .. <see cref="MostTopLogProbs"/>; -1: no
    /// log-probabilities at all.
    /// </summary>
    public int TopLogProbs { get; init; } = -1;

    /// <summary>Whether the log-probabilities of the prompt's tokens are wanted.</summary>
    public bool PromptLogProbs { get; init; }

    /// <summary>
    /// With <see cref="PromptLogProbs"/>: the first token of the prompt whose log-probability is wanted. The first one
    /// of all has none, as nothing stands before it.
    /// </summary>
    public int FirstLogProb { get; init; } = 1;

    /// <summary>
    /// An adapted model over the same base, or another of the same config; null: the batch's. Rows of the same object
    /// are computed together, and share prefixes.
    /// </summary>
    public TransformerWeights? Weights { get; init; }

    /// <summary>
    /// A model over the same base, or another of the same config, that reads along: each token is reported with the KL
    /// divergence of the model from it. It takes the room of a row of its own. Null: none.
    /// </summary>
    public TransformerWeights? Reference { get; init; }

    /// <summary>Whether logits are changed before a token is drawn.</summary>
    internal bool ChangesLogits => LogitBias is { Count: > 0 } || Sampling is { HasPenalties: true };

    /// <summary>Whether only log-probabilities of the prompt are asked for, and of one token at least.</summary>
    internal bool IsScoredAlone =>
        MaxTokens == 0 && PromptLogProbs && FirstLogProb < Prompt.Length && Reference is null;

    /// <summary>The most tokens that a cache must hold for it: the last one generated is never computed with.</summary>
    internal int CachedTokens => checked(Prompt.Length + Math.Max(MaxTokens - 1, 0));

    /// <exception cref="ArgumentException">Names what is out of range.</exception>
    internal void Validate(int vocabulary)
    {
        if (Prompt.IsEmpty)
            throw new ArgumentException("generation: prompt: expected at least one token, got none");
        foreach (int id in Prompt.Span)
        {
            if (id < 0 || id >= vocabulary)
            {
                throw new ArgumentException(
                    $"generation: prompt: expected ids of the vocabulary, 0 to {vocabulary - 1}, got {id}");
            }
        }

        foreach ((int id, float bias) in LogitBias ?? new Dictionary<int, float>())
        {
            if (id < 0 || id >= vocabulary || !float.IsFinite(bias))
            {
                throw new ArgumentException(
                    $"generation: bias: expected finite numbers by ids of the vocabulary, 0 to {vocabulary - 1}, got "
                    + $"{bias} of {id}");
            }
        }

        if (MaxTokens < 0)
            throw new ArgumentException($"generation: tokens: expected at least 0, got {MaxTokens}");
        if (TopLogProbs is < -1 or > MostTopLogProbs)
        {
            throw new ArgumentException(
                $"generation: alternatives to a token: expected -1 to {MostTopLogProbs}, got {TopLogProbs}");
        }

        if (PromptLogProbs && (FirstLogProb < 1 || FirstLogProb > Prompt.Length))
        {
            throw new ArgumentException(
                $"generation: first token with a log-probability: expected 1 to {Prompt.Length}, got {FirstLogProb}");
        }
    }
}
