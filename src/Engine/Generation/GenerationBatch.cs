using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Generation;

/// <summary>
/// Continuous batching: rows of any length join and leave at every step, and are computed together over one cache. Not
/// thread-safe: one thread drives it.
/// </summary>
/// <remarks>
/// A row starts when there is room for all that it may become, first come, first served; only one that begins as a
/// prompt under way does waits for that prompt, so that what they share is computed once. Prompts are computed in
/// pieces beside the rows that generate already.
/// </remarks>
public sealed class GenerationBatch : IDisposable
{
    /// <summary>Tokens of prompts in a step, at most.</summary>
    private const int PromptTokensOfStep = 256;

    private readonly TransformerWeights _weights;
    private readonly ModelConfig _config;
    private readonly Arena _arena;
    private readonly RowCache _cache;
    private readonly BatchPass _pass;
    private readonly int _rows;
    private readonly int _promptTokens;
    private readonly LinkedList<GenerationRow> _waiting = [];
    private readonly List<GenerationRow> _running = [];
    private int _added;

    /// <param name="weights">Of requests that name none of their own.</param>
    /// <param name="rows">Most rows at once.</param>
    /// <param name="tokens">Most tokens in the cache, rounded up to whole pages.</param>
    /// <param name="longest">
    /// Most tokens of one row, prompt and answer; 0: as many as the cache holds and the model's attention is for.
    /// </param>
    /// <param name="deterministic">
    /// Whether what a row gets must depend on its request alone, to the bit. The CPU always computes so; a GPU is
    /// slower with it.
    /// </param>
    /// <param name="sharesPrefixes">Whether prompts that begin alike are computed once; no row shows it.</param>
    /// <exception cref="Basics.UserException">The model's attention is another at so many tokens.</exception>
    /// <exception cref="Kernels.Device.OutOfDeviceMemoryException">The cache does not fit.</exception>
    public GenerationBatch(
        Ops ops, ModelConfig config, TransformerWeights weights, int rows, int tokens, int longest = 0,
        bool deterministic = false, bool sharesPrefixes = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        _weights = weights;
        _config = config;
        _rows = rows;
        int pages = PagedLayout.PagesOf(tokens);
        Longest = longest > 0
            ? longest
            : Math.Min(pages * PagedLayout.PageTokens, config.AttentionLimit?.Tokens ?? int.MaxValue);
        // Two at least, so that a row and the one that reads along can come to their next token together.
        _promptTokens = Math.Max(Math.Min(PromptTokensOfStep, Longest), 2);
        _arena = ops.CreateArena("generation");
        try
        {
            var cache = new KvCache(ops, config, _arena, pages);
            _cache = new RowCache(cache, pages, sharesPrefixes);
            _pass = new BatchPass(
                ops, config, _arena, cache, _promptTokens + rows, Longest, deterministic);
        }
        catch
        {
            _arena.Dispose();
            throw;
        }
    }

    /// <summary>Most tokens of a row, prompt and answer.</summary>
    public int Longest { get; }

    /// <summary>Whether no row is left.</summary>
    public bool IsIdle => _waiting.Count == 0 && _running.Count == 0;

    /// <summary>Rows that have not begun.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Rows that have begun.</summary>
    public int Running => _running.Count(r => r.Leader is null);

    /// <summary>Tokens that the cache holds: of running rows, and of others in case they come again.</summary>
    public int CachedTokens => _cache.Tokens;

    /// <summary>Tokens that the cache has room for.</summary>
    public int Capacity => _cache.Capacity;

    /// <summary>Tokens of prompts that were computed, of all rows so far.</summary>
    public long PromptTokensComputed { get; private set; }

    /// <summary>Tokens of prompts that were found in the cache, of all rows so far.</summary>
    public long PromptTokensFound { get; private set; }

    /// <summary>Tokens generated so far.</summary>
    public long TokensGenerated { get; private set; }

    /// <summary>Queues a request.</summary>
    /// <exception cref="ArgumentException">
    /// Something of the request is out of range: <see cref="TooLong"/> tells beforehand whether it is its length.
    /// </exception>
    public GenerationRow Add(GenerationRequest request)
    {
        request.Validate(_config.VocabSize);
        if (TooLong(request) is { } problem)
            throw new ArgumentException($"generation: {problem}");
        var row = new GenerationRow(_added++, request, request.Weights ?? _weights);
        _waiting.AddLast(row);
        return row;
    }

    /// <summary>Why a request is longer than any room there will be; null where it is not.</summary>
    public string? TooLong(GenerationRequest request)
    {
        long tokens = (long)request.Prompt.Length + Math.Max(request.MaxTokens - 1, 0);
        int rows = request.Reference is null ? 1 : 2;
        if (rows > _rows)
            return $"reference: expected a batch of at least {rows} rows, got one of {_rows}";
        long most = Math.Min(Longest, Capacity / PagedLayout.PageTokens / rows * PagedLayout.PageTokens);
        return tokens <= most
            ? null
            : $"prompt and answer: expected at most {most + (request.MaxTokens > 0 ? 1 : 0)} tokens, got "
                + $"{request.Prompt.Length} and up to {request.MaxTokens}";
    }

    /// <summary>Takes a row out: its pages are free for others. Nothing happens where it has ended.</summary>
    public void Remove(GenerationRow row)
    {
        if (row.Stop is null)
            End(row, StopReason.Removed);
    }

    /// <summary>
    /// One pass over the tokens that are next. A row gets at most one token, and none while its prompt is computed;
    /// rows that have ended leave.
    /// </summary>
    /// <exception cref="NonFiniteException">
    /// A row's logits are not finite. It is out, with <see cref="StopReason.Broken"/>; the others have got nothing in
    /// this step, and go on with the next one.
    /// </exception>
    public IReadOnlyList<GeneratedToken> Step()
    {
        Admit();
        var got = new List<GeneratedToken>();
        if (_running.Count == 0)
            return got;
        List<RowPiece> pieces = Pieces();
        var results = new List<PieceResult>();
        foreach (IGrouping<TransformerWeights, RowPiece> group in pieces.GroupBy(p => p.Row.Weights))
            Compute(group.Key, [.. group], results);
        // Who reads along comes first: it ends with its leader.
        foreach (PieceResult result in results.OrderBy(r => r.Piece.Row.Leader is null))
            Take(result, got);
        return got;
    }

    public void Dispose() => _arena.Dispose();

    private void Admit()
    {
        for (LinkedListNode<GenerationRow>? node = _waiting.First; node is not null && _running.Count < _rows;)
        {
            LinkedListNode<GenerationRow>? next = node.Next;
            GenerationRow row = node.Value;
            if (!_cache.WaitsFor(row, _running) && (row.Reader is null || !_cache.WaitsFor(row.Reader, _running)))
            {
                if (!TryStart(row))
                    return;
                _waiting.Remove(node);
                PromptTokensFound += row.PromptTokensFound;
            }

            node = next;
        }
    }

    /// <summary>Starts a row, and the one that reads along; neither where there is no room for both.</summary>
    private bool TryStart(GenerationRow row)
    {
        if (_running.Count + (row.Reader is null ? 1 : 2) > _rows || !_cache.TryStart(row))
            return false;
        if (row.Reader is { } reader && !_cache.TryStart(reader))
        {
            _cache.End(row);
            (row.Computed, row.PromptTokensFound) = (0, 0);
            return false;
        }

        _running.Add(row);
        if (row.Reader is not null)
            _running.Add(row.Reader);
        row.HasStarted = true;
        return true;
    }

    /// <summary>A token of each row that generates, and as much of prompts as a step has room for.</summary>
    private List<RowPiece> Pieces()
    {
        var pieces = new List<RowPiece>();
        int left = _promptTokens;
        foreach (GenerationRow row in _running.Where(r => r.Leader is null))
        {
            int count = Count(row, ref left);
            if (row.Reader is { } reader)
            {
                // The next token is asked for when both are there.
                int along = Count(reader, ref left);
                bool isThere = row.Computed + count == row.Length, otherIs = reader.Computed + along == row.Length;
                count -= isThere && !otherIs ? 1 : 0;
                along -= otherIs && !isThere ? 1 : 0;
                if (along > 0)
                    pieces.Add(new RowPiece(reader, reader.Computed, along));
            }

            if (count > 0)
                pieces.Add(new RowPiece(row, row.Computed, count));
        }

        return pieces;
    }

    /// <summary>Tokens of a row that can be computed now.</summary>
    /// <param name="left">Tokens of prompts that the step has room for.</param>
    private static int Count(GenerationRow row, ref int left)
    {
        int count = row.Wanted - row.Computed;
        if (!row.IsInPrompt)
            return count;
        count = Math.Min(count, left);
        left -= count;
        return count;
    }

    private void Compute(TransformerWeights weights, RowPiece[] pieces, List<PieceResult> results)
    {
        foreach (RowPiece piece in pieces)
            _cache.Reach(piece.Row, piece.End);
        _pass.Run(weights, pieces);
        var wanted = new List<int>();
        var places = new List<(PieceResult Result, int Place)>();
        int first = 0;
        foreach (RowPiece piece in pieces)
        {
            var result = new PieceResult(piece);
            results.Add(result);
            for (int i = result.FirstWanted; i < result.EndWanted; i++)
            {
                wanted.Add(first + i - piece.Start);
                places.Add((result, i));
            }

            first += piece.Count;
        }

        try
        {
            _pass.Logits(weights, wanted, (i, logits) => places[i].Result.Read(places[i].Place, logits));
        }
        catch (BrokenRowException e)
        {
            End(e.Row.Leader ?? e.Row, StopReason.Broken);
            throw new NonFiniteException(e.Message, e.Row.Number);
        }
    }

    private void Take(PieceResult result, List<GeneratedToken> got)
    {
        GenerationRow row = result.Piece.Row;
        int prompt = Math.Min(row.Request.Prompt.Length, result.Piece.End) - result.Piece.Start;
        PromptTokensComputed += Math.Max(prompt, 0);
        _cache.Fill(row, result.Piece.End);
        row.Scored.AddRange(result.Scored);
        if (row.IsInPrompt || row.Leader is not null)
            return;
        if (result.Token is { } token)
        {
            row.Append(token.Id);
            got.Add(row.Logits is { } both ? token with { Divergence = both.Divergence() } : token);
            TokensGenerated++;
            if (row.Request.StopIds.Contains(token.Id))
            {
                End(row, StopReason.StopToken);
                return;
            }
        }

        if (row.Generated.Count >= row.Request.MaxTokens)
            End(row, StopReason.Length);
    }

    private void End(GenerationRow row, StopReason reason)
    {
        row.Stop = reason;
        if (!_running.Remove(row))
            _waiting.Remove(row);
        else
            _cache.End(row);
        if (row.Reader is { } reader)
            End(reader, reason);
    }
}
