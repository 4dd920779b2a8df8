namespace MolEngine.Engine.Models.Common;

/// <summary>One row of a batch: documents laid end to end, without padding.</summary>
/// <param name="Tokens">Token ids of all documents of the row.</param>
/// <param name="DocumentStarts">Index in <paramref name="Tokens"/> of each document's first token, ascending from 0; positions restart there.</param>
/// <param name="General">Whether the row belongs to a general corpus (held to the base model) or to a domain corpus.</param>
/// <param name="FirstPosition">Rotary position of the first token of a document.</param>
public sealed record TokenRow(
    ReadOnlyMemory<int> Tokens, IReadOnlyList<int> DocumentStarts, bool General = false, int FirstPosition = 0)
{
    /// <summary>Tokens that predict a next token: all but the last of each document.</summary>
    public int EffectiveTokens => Tokens.Length - DocumentStarts.Count;

    /// <summary>A row without tokens.</summary>
    public static TokenRow Empty { get; } = new(ReadOnlyMemory<int>.Empty, []);

    /// <summary>A row of a single document.</summary>
    public static TokenRow Single(ReadOnlyMemory<int> tokens, bool general = false) =>
        new(tokens, tokens.Length == 0 ? [] : [0], general);
}
