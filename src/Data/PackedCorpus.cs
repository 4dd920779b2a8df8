using MolEngine.Data.Records;
using MolEngine.Engine.Batches;

namespace MolEngine.Data;

/// <summary>
/// A corpus cut into rows of <c>context</c> tokens. <c>concat</c>: documents end to end; one that overruns a row goes
/// on in the next; rows are views, nothing is copied. <c>best_fit</c>: only documents longer than a row are cut.
/// </summary>
public sealed class PackedCorpus
{
    private readonly TokenStore _store;
    private readonly PackingKind _packing;

    /// <summary>What of the tokens each row holds; null for <c>concat</c>.</summary>
    private readonly (int Start, int Length)[][]? _pieces;

    /// <param name="store">Documents in file order, each with its end token.</param>
    /// <param name="context">Tokens of a row.</param>
    public PackedCorpus(
        string name, CorpusKind kind, TokenStore store, int context, PackingKind packing = PackingKind.Concat)
        : this(
            name, kind, store, context, packing,
            packing == PackingKind.BestFit ? BestFitPacker.Pack(store, context) : null)
    {
    }

    private PackedCorpus(
        string name, CorpusKind kind, TokenStore store, int context, PackingKind packing,
        (int Start, int Length)[][]? pieces)
    {
        Name = name;
        Kind = kind;
        Context = context;
        _store = store;
        _packing = packing;
        _pieces = pieces;
    }

    public string Name { get; }

    public CorpusKind Kind { get; }

    public int Context { get; }

    public int Documents => _store.Documents;

    public int Tokens => _store.Tokens;

    public int Rows => _pieces?.Length ?? (int)(((long)_store.Tokens + Context - 1) / Context);

    /// <summary>A corpus of rows that are packed already.</summary>
    /// <param name="rows">The documents of each row, not longer than <paramref name="context"/> together; a row may be
    /// empty.</param>
    public static PackedCorpus OfRows(
        string name, CorpusKind kind, int context, IReadOnlyList<IReadOnlyList<int[]>> rows)
    {
        if (rows.Any(r => r.Sum(d => d.Length) > context))
            throw new ArgumentException($"rows: expected at most {context} tokens in each, got more", nameof(rows));
        var store = new TokenStore();
        (int Start, int Length) Piece(int[] document)
        {
            store.Add(document);
            return (store.Tokens - document.Length, document.Length);
        }

        (int, int)[][] pieces = [.. rows.Select(r => r.Select(Piece).ToArray())];
        return new PackedCorpus(name, kind, store, context, PackingKind.BestFit, pieces);
    }

    /// <summary>Tokens of the longest document, its end counted; 0 where there is none.</summary>
    public int LongestDocument
    {
        get
        {
            int longest = 0;
            for (int d = 0; d < Documents; d++)
                longest = Math.Max(longest, Document(d).Length);
            return longest;
        }
    }

    /// <summary>Documents that lie in more than one row.</summary>
    public int CutDocuments
    {
        get
        {
            int cut = 0;
            for (int d = 0; d < _store.Documents; d++)
            {
                (int start, int end) = (_store.Starts[d], _store.Starts[d + 1]);
                bool whole = _pieces is null ? start / Context == (end - 1) / Context : end - start <= Context;
                cut += whole ? 0 : 1;
            }

            return cut;
        }
    }

    /// <summary>Tokens over rows x context: above 0, at most 1; 0 without rows.</summary>
    public double Efficiency => Rows == 0 ? 0 : (double)Tokens / ((long)Rows * Context);

    public ReadOnlyMemory<int> Document(int document) => _store.Document(document);

    /// <summary>Differs for other documents, in other order too: what a resumed run compares.</summary>
    public string Fingerprint() => _store.Fingerprint();

    /// <summary>Whether any row has a token to predict.</summary>
    public bool HasEffectiveTokens => Enumerable.Range(0, Rows).Any(r => Row(r).EffectiveTokens > 0);

    /// <summary>
    /// A row. A document that goes on from the row before counts as a new one: nothing predicts its first token.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public TokenRow Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        if (_pieces is not null)
            return Joined(_pieces[row]);
        int start = row * Context;
        int length = Math.Min(Context, _store.Tokens - start);
        ReadOnlySpan<int> borders = _store.Starts;

        // The first border after the row's start; documents are never empty, so borders are distinct.
        int next = borders.BinarySearch(start + 1);
        next = next < 0 ? ~next : next;
        var starts = new List<int> { 0 };
        for (; next < borders.Length && borders[next] < start + length; next++)
            starts.Add(borders[next] - start);
        return new TokenRow(_store.All.Slice(start, length), starts, Kind);
    }

    /// <summary>The rows of the first <paramref name="documents"/> documents alone, packed in the same way.</summary>
    public PackedCorpus First(int documents)
    {
        if (documents >= _store.Documents)
            return this;
        var part = new TokenStore();
        for (int d = 0; d < documents; d++)
            part.Add(_store.Document(d).Span);
        return new PackedCorpus(Name, Kind, part, Context, _packing);
    }

    private TokenRow Joined((int Start, int Length)[] pieces)
    {
        int[] tokens = new int[pieces.Sum(p => p.Length)];
        int[] starts = new int[pieces.Length];
        int end = 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            _store.All.Span.Slice(pieces[i].Start, pieces[i].Length).CopyTo(tokens.AsSpan(end));
            starts[i] = end;
            end += pieces[i].Length;
        }

        return new TokenRow(tokens, starts, Kind);
    }
}
