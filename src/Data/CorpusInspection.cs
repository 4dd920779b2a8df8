using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Data;

/// <summary>A token as a row has it.</summary>
/// <param name="Text">Its part of the text; a character of several tokens shows with its last.</param>
/// <param name="Counts">Whether the loss sees it: the token before it predicts it.</param>
public sealed record InspectedToken(int Id, string Text, bool Counts);

/// <summary>A document of a row, or the part of it that lies there.</summary>
/// <param name="Start">Of its first token in the row.</param>
public sealed record InspectedDocument(int Start, IReadOnlyList<InspectedToken> Tokens)
{
    public string Text => string.Concat(Tokens.Select(t => t.Text));
}

/// <summary>A row with its documents.</summary>
public sealed record InspectedRow(int Row, bool General, IReadOnlyList<InspectedDocument> Documents);

/// <summary>
/// Shows rows of a corpus as training takes them: the batch that a training step fills says where documents begin and
/// which tokens are predicted.
/// </summary>
public static class CorpusInspection
{
    /// <summary>
    /// The rows of <paramref name="corpus"/> from <paramref name="first"/> on, at most <paramref name="count"/>.
    /// </summary>
    public static IEnumerable<InspectedRow> Rows(
        PackedCorpus corpus, Tokenizer tokenizer, int first = 0, int count = int.MaxValue)
    {
        using Ops ops = CpuBackend.Create(threads: 1);
        using Arena arena = ops.CreateArena("inspection");
        var batch = new TokenBatch(ops, arena, corpus.Context);
        for (int row = first; row < corpus.Rows && row - first < count; row++)
            yield return Row(corpus.Row(row), ops, batch, tokenizer);
    }

    private static InspectedRow Row(PackedRow row, Ops ops, TokenBatch batch, Tokenizer tokenizer)
    {
        var tokens = new TokenRow(row.Tokens, row.DocumentStarts[..^1], row.General);
        batch.Fill([tokens], [new TokenWeights(1, 1)]);
        int[] targets = new int[batch.Tokens];
        ops.Download<int>(batch.Targets.Targets, targets);
        IReadOnlyList<int> starts = batch.Layout.DocumentStarts;
        var documents = new InspectedDocument[starts.Count - 1];
        for (int d = 0; d < documents.Length; d++)
            documents[d] = new(starts[d], Document(row.Tokens.Span, targets, starts[d], starts[d + 1], tokenizer));
        return new(row.Row, row.General, documents);
    }

    private static InspectedToken[] Document(
        ReadOnlySpan<int> ids, ReadOnlySpan<int> targets, int start, int end, Tokenizer tokenizer)
    {
        StreamingDecoder decoder = tokenizer.CreateDecoder(skipSpecialTokens: false);
        var tokens = new InspectedToken[end - start];
        for (int i = start; i < end; i++)
        {
            string text = decoder.Append(ids[i]) + (i + 1 == end ? decoder.Finish() : "");
            tokens[i - start] = new(ids[i], text, Counts: i > 0 && targets[i - 1] == ids[i]);
        }

        return tokens;
    }
}
