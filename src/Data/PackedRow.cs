namespace MolEngine.Data;

/// <summary>A training sequence: documents end to end, at most <c>context</c> tokens, all of one corpus.</summary>
/// <param name="Tokens">All of the row's; a row that is not full is shorter, not padded.</param>
/// <param name="DocumentStarts">[D + 1], ascending from 0 to the number of tokens. A document that goes on from the row
/// before counts as a new one: its first token is predicted by nothing.</param>
/// <param name="General">Whether the row is held to the base model (else it learns by cross-entropy).</param>
/// <param name="Corpus">Index of the corpus.</param>
/// <param name="Row">Index of the row in its corpus.</param>
public sealed record PackedRow(ReadOnlyMemory<int> Tokens, int[] DocumentStarts, bool General, int Corpus, int Row)
{
    public int Documents => DocumentStarts.Length - 1;

    /// <summary>Tokens that something predicts: all but the first of each document.</summary>
    public int EffectiveTokens => Tokens.Length - Documents;
}
