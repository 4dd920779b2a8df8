using MolEngine.Engine.Training;

namespace MolEngine.Engine.Generation;

/// <summary>
/// What a pass says of a row's piece: log-probabilities of its prompt, and the token that comes next.
/// </summary>
internal sealed class PieceResult
{
    private static readonly Dictionary<int, float> NoBias = [];

    private readonly GenerationRow _row;

    public PieceResult(RowPiece piece)
    {
        Piece = piece;
        _row = piece.Row;
        GenerationRequest request = _row.Request;

        // The last token that is known tells the next one; those before it tell the prompt's.
        bool tellsNext = piece.End == _row.Length && request.MaxTokens > 0;
        int lastOfPrompt = Math.Min(request.Prompt.Length - 1, piece.End);
        EndWanted = tellsNext ? piece.End : lastOfPrompt;
        FirstWanted = _row.WantsPromptLogProbs && _row.IsInPrompt
            ? Math.Max(_row.FirstNeeded, piece.Start)
            : tellsNext ? piece.End - 1 : EndWanted;
    }

    public RowPiece Piece { get; }

    /// <summary>Place in the row of the first token whose logits are wanted.</summary>
    public int FirstWanted { get; }

    /// <summary>The place after the last one.</summary>
    public int EndWanted { get; }

    /// <summary>Tokens of the prompt that come after tokens of the piece.</summary>
    public List<ScoredToken> Scored { get; } = [];

    /// <summary>The next token; null where none is asked for yet.</summary>
    public GeneratedToken? Token { get; private set; }

    /// <summary>Reads the logits [V] after the token at a place, and changes them.</summary>
    /// <exception cref="BrokenRowException">They are not finite.</exception>
    public void Read(int place, Span<float> logits)
    {
        int top = Math.Max(_row.Request.TopLogProbs, 0);
        try
        {
            int best = LogitRow.ArgMax(logits, $"generation: row {_row.Number}");
            if (place + 1 == _row.Length)
            {
                (_row.Leader ?? _row).Logits?.Put(logits, isReference: _row.Leader is not null);
                Token = _row.Leader is null ? Next(logits, best, top) : null;
                return;
            }

            int id = _row[place + 1];
            double sum = LogitRow.LogSumExp(logits, logits[best]);
            Scored.Add(new ScoredToken(id, logits[id] - sum, id == best, LogitRow.Top(logits, top, sum)));
        }
        catch (NonFiniteException e)
        {
            throw new BrokenRowException(_row, e);
        }
    }

    private GeneratedToken Next(Span<float> logits, int best, int top)
    {
        if (_row.Request.TopLogProbs < 0)
            return new GeneratedToken(_row, Draw(logits, best), null, []);
        double sum = LogitRow.LogSumExp(logits, logits[best]);
        IReadOnlyList<TokenLogProb> alternatives = LogitRow.Top(logits, top, sum);

        // Bias and penalties change logits in place, and the model's own are reported.
        float[]? own = _row.Request.ChangesLogits ? logits.ToArray() : null;
        int id = Draw(logits, best);
        return new GeneratedToken(_row, id, (own is null ? logits[id] : own[id]) - sum, alternatives);
    }

    private int Draw(Span<float> logits, int best)
    {
        if (_row.Request.ChangesLogits)
        {
            foreach ((int id, float bias) in _row.Request.LogitBias ?? NoBias)
                logits[id] += bias;
            _row.Seen.Penalize(logits);
            best = LogitRow.ArgMax(logits, $"generation: row {_row.Number}: after bias and penalties");
        }

        return _row.Sampler?.Next(logits, logits[best], (ulong)_row.Generated.Count) ?? best;
    }
}
