using MolEngine.Basics.Values;
using MolEngine.Engine.Generation;

namespace MolEngine.Data.Synthesis;

/// <summary>How records are made up.</summary>
/// <param name="Count">Records wanted.</param>
/// <param name="Topics">At least one; each attempt takes one at random.</param>
/// <param name="User">How the user's turn is drawn; null is greedy, which says the same each time.</param>
/// <param name="Answer">How the answer, or a base model's text, is drawn; null is greedy.</param>
/// <param name="UserTokens">Most tokens of a user's turn.</param>
/// <param name="AnswerTokens">Most tokens of an answer, or of a base model's text.</param>
public sealed record MagpieSettings(
    int Count, ulong Seed, IReadOnlyList<Topic> Topics, SamplingSettings? User, SamplingSettings? Answer,
    int UserTokens, int AnswerTokens)
{
    /// <summary>ISO 639-1 code of the only language that is kept; null keeps all.</summary>
    public string? Language { get; init; }

    /// <summary>Further variables of the chat template (<c>enable_thinking</c>).</summary>
    public MapValue ChatVariables { get; init; } = MapValue.Empty;

    /// <summary>Similarity from which on two user's turns, or texts, are the same.</summary>
    public double Duplicate { get; init; } = NearDuplicates.DefaultThreshold;
}
