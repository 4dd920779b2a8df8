namespace MolEngine.Engine.Models.Common;

/// <summary>One row of a batch: documents laid end to end, without padding.</summary>
/// <param name="Tokens">Token ids of all documents of the row.</param>
/// <param name="DocumentStarts">
/// Index in <paramref name="Tokens"/> of each document's first token, ascending from 0; positions restart there.
/// </param>
/// <param name="General">
/// Whether the row belongs to a general corpus (held to the base model) or to a domain corpus.
/// </param>
/// <param name="FirstPosition">Rotary position of the first token of a document.</param>
/// <exception cref="ArgumentException">
/// The documents do not begin at 0, do not ascend, or begin at or behind the end of the row.
/// </exception>
public sealed record TokenRow(
    ReadOnlyMemory<int> Tokens, IReadOnlyList<int> DocumentStarts, bool General = false, int FirstPosition = 0)
{
    /// <summary>The first token of each document; checked when the row is made.</summary>
    public IReadOnlyList<int> DocumentStarts { get; } = Checked(Tokens.Length, DocumentStarts);

    /// <summary>Tokens that predict a next token: all but the last of each document.</summary>
    public int EffectiveTokens => Tokens.Length - DocumentStarts.Count;

    /// <summary>A row without tokens.</summary>
    public static TokenRow Empty { get; } = new(ReadOnlyMemory<int>.Empty, []);

    /// <summary>A row of a single document.</summary>
    public static TokenRow Single(ReadOnlyMemory<int> tokens, bool general = false) =>
        new(tokens, tokens.Length == 0 ? [] : [0], general);

    private static IReadOnlyList<int> Checked(int tokens, IReadOnlyList<int> starts)
    {
        if (tokens > 0 && starts.Count == 0)
            throw new ArgumentException($"row of {tokens} tokens: expected a first document at 0, got no document");
        for (int d = 0; d < starts.Count; d++)
        {
            bool good = starts[d] < tokens && (d == 0 ? starts[d] == 0 : starts[d] > starts[d - 1]);
            if (!good)
            {
                string expected = d == 0 ? "0" : $"{starts[d - 1] + 1} to {tokens - 1}";
                throw new ArgumentException(
                    $"row of {tokens} tokens: start of document {d}: expected {(tokens == 0 ? "none" : expected)}, got "
                    + $"{starts[d]}");
            }
        }

        return starts;
    }
}
