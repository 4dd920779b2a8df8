namespace MolEngine.Engine.Batches;

/// <summary>
/// One row of a batch: documents laid end to end, without padding. It alone knows which of its tokens count; batches,
/// losses, statistics and what people are shown ask it.
/// </summary>
public sealed record TokenRow
{
    private readonly bool[] _predicted;

    /// <param name="tokens">Token ids of all documents of the row.</param>
    /// <param name="documentStarts">
    /// Index in <paramref name="tokens"/> of each document's first token, ascending from 0; positions restart there.
    /// </param>
    /// <param name="kind">Kind of the row's corpus.</param>
    /// <param name="firstPosition">Rotary position of the first token of a document.</param>
    /// <param name="mask">For each token whether it may be predicted; null: each may.</param>
    /// <exception cref="ArgumentException">
    /// The documents do not begin at 0, do not ascend, or begin at or behind the end of the row; or the mask is not as
    /// long as the row.
    /// </exception>
    public TokenRow(
        ReadOnlyMemory<int> tokens, IReadOnlyList<int> documentStarts, CorpusKind kind = CorpusKind.Domain,
        int firstPosition = 0, IReadOnlyList<bool>? mask = null)
    {
        Check(tokens.Length, documentStarts);
        if (mask is not null && mask.Count != tokens.Length)
            throw new ArgumentException($"row of {tokens.Length} tokens: mask: expected as many, got {mask.Count}");
        Tokens = tokens;
        DocumentStarts = documentStarts;
        Kind = kind;
        FirstPosition = firstPosition;
        _predicted = new bool[tokens.Length];
        for (int i = 0; i < _predicted.Length; i++)
            _predicted[i] = mask?[i] ?? true;

        // Nothing stands before the first token of a document: the last of the document before never predicts it.
        foreach (int start in documentStarts)
            _predicted[start] = false;
        EffectiveTokens = _predicted.Count(p => p);
    }

    /// <summary>Token ids of all documents; a row that is not full is shorter, not padded.</summary>
    public ReadOnlyMemory<int> Tokens { get; }

    /// <summary>Index in <see cref="Tokens"/> of each document's first token, ascending from 0.</summary>
    public IReadOnlyList<int> DocumentStarts { get; }

    public CorpusKind Kind { get; init; }

    /// <summary>Weight of the row's loss in the mean over the rows of a batch; above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The losses of a row whose corpus has a loss of its own; null: those of its kind in the run's.</summary>
    public TokenWeights? Losses { get; init; }

    /// <summary>Rotary position of the first token of a document.</summary>
    public int FirstPosition { get; }

    /// <summary>Whether each token is predicted by the one before it: those the loss sees.</summary>
    public ReadOnlyMemory<bool> Predicted => _predicted;

    /// <summary>Tokens that are predicted.</summary>
    public int EffectiveTokens { get; }

    /// <summary>A row without tokens.</summary>
    public static TokenRow Empty { get; } = new(ReadOnlyMemory<int>.Empty, []);

    /// <summary>A row of a single document.</summary>
    public static TokenRow Single(ReadOnlyMemory<int> tokens, CorpusKind kind = CorpusKind.Domain) =>
        new(tokens, tokens.Length == 0 ? [] : [0], kind);

    private static void Check(int tokens, IReadOnlyList<int> starts)
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
    }
}
