using MolEngine.Engine.Batches;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Data;

/// <summary>A token as a row has it.</summary>
/// <param name="Text">Its part of the text; a character of several tokens shows with its last.</param>
/// <param name="Counts">Whether the loss sees it: the token before it predicts it.</param>
public sealed record InspectedToken(int Id, string Text, bool Counts);

/// <summary>A document of a row, or the part of it that lies there.</summary>
/// <param name="Start">Place of its first token in the row.</param>
public sealed record InspectedDocument(int Start, IReadOnlyList<InspectedToken> Tokens)
{
    public string Text => string.Concat(Tokens.Select(t => t.Text));
}

/// <summary>A row with its documents.</summary>
public sealed record InspectedRow(int Row, CorpusKind Kind, IReadOnlyList<InspectedDocument> Documents);

/// <summary>
/// Shows rows of a corpus as training takes them: a row itself says where documents begin and what counts.
/// </summary>
public static class CorpusInspection
{
    /// <summary>
    /// The rows of <paramref name="corpus"/> from <paramref name="first"/> on, at most <paramref name="count"/>.
    /// </summary>
    public static IEnumerable<InspectedRow> Rows(
        PackedCorpus corpus, Tokenizer tokenizer, int first = 0, int count = int.MaxValue)
    {
        for (int row = first; row < corpus.Rows && row - first < count; row++)
        {
            TokenRow tokens = corpus.Row(row);
            int[] borders = [.. tokens.DocumentStarts, tokens.Tokens.Length];
            yield return new(
                row, tokens.Kind,
                [.. borders.Zip(borders.Skip(1),
                    (s, e) => new InspectedDocument(s, Document(tokens, s, e, tokenizer)))]);
        }
    }

    /// <summary>The first document, or as much of it as a row holds; empty where there is none.</summary>
    public static IReadOnlyList<InspectedToken> FirstDocument(PackedCorpus corpus, Tokenizer tokenizer) =>
        Rows(corpus.First(1), tokenizer, count: 1).SelectMany(r => r.Documents).FirstOrDefault()?.Tokens ?? [];

    private static InspectedToken[] Document(TokenRow row, int start, int end, Tokenizer tokenizer)
    {
        StreamingDecoder decoder = tokenizer.CreateDecoder(skipSpecialTokens: false);
        var tokens = new InspectedToken[end - start];
        for (int i = start; i < end; i++)
        {
            int id = row.Tokens.Span[i];
            string text = decoder.Append(id) + (i + 1 == end ? decoder.Finish() : "");
            tokens[i - start] = new(id, text, row.Predicted.Span[i]);
        }

        return tokens;
    }
}
