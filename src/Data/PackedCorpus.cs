using MolEngine.Data.Records;

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
    /// <param name="index">Index of the corpus among all of the run.</param>
    public PackedCorpus(
        string name, bool general, int index, TokenStore store, int context, PackingKind packing = PackingKind.Concat)
        : this(
            name, general, index, store, context, packing,
            packing == PackingKind.BestFit ? BestFitPacker.Pack(store, context) : null)
    {
    }

    private PackedCorpus(
        string name, bool general, int index, TokenStore store, int context, PackingKind packing,
        (int Start, int Length)[][]? pieces)
    {
        Name = name;
        General = general;
        Index = index;
        Context = context;
        _store = store;
        _packing = packing;
        _pieces = pieces;
    }

    public string Name { get; }

    public bool General { get; }

    public int Index { get; }

    public int Context { get; }

    public int Documents => _store.Documents;

    public int Tokens => _store.Tokens;

    public int Rows => _pieces?.Length ?? (int)(((long)_store.Tokens + Context - 1) / Context);

    /// <summary>A corpus of rows that are packed already.</summary>
    /// <param name="rows">The documents of each row, not longer than <paramref name="context"/> together; a row may be
    /// empty.</param>
    public static PackedCorpus OfRows(
        string name, bool general, int index, int context, IReadOnlyList<IReadOnlyList<int[]>> rows)
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
        return new PackedCorpus(name, general, index, store, context, PackingKind.BestFit, pieces);
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

    /// <summary>Tokens over rows x context.</summary>
    public double Efficiency => Rows == 0 ? 1 : (double)Tokens / ((long)Rows * Context);

    public ReadOnlyMemory<int> Document(int document) => _store.Document(document);

    /// <summary>Differs for other documents, in other order too: what a resumed run compares.</summary>
    public string Fingerprint() => _store.Fingerprint();

    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public PackedRow Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        if (_pieces is not null)
            return Joined(_pieces[row], row);
        int start = row * Context;
        int length = Math.Min(Context, _store.Tokens - start);
        ReadOnlySpan<int> borders = _store.Starts;

        // The first border after the row's start; documents are never empty, so borders are distinct.
        int next = borders.BinarySearch(start + 1);
        next = next < 0 ? ~next : next;
        var starts = new List<int> { 0 };
        for (; next < borders.Length && borders[next] < start + length; next++)
            starts.Add(borders[next] - start);
        starts.Add(length);
        return new PackedRow(_store.All.Slice(start, length), [.. starts], General, Index, row);
    }

    /// <summary>The rows of the first <paramref name="documents"/> documents alone, packed in the same way.</summary>
    public PackedCorpus First(int documents)
    {
        if (documents >= _store.Documents)
            return this;
        var part = new TokenStore();
        for (int d = 0; d < documents; d++)
            part.Add(_store.Document(d).Span);
        return new PackedCorpus(Name, General, Index, part, Context, _packing);
    }

    private PackedRow Joined((int Start, int Length)[] pieces, int row)
    {
        int[] tokens = new int[pieces.Sum(p => p.Length)];
        int[] starts = new int[pieces.Length + 1];
        for (int i = 0; i < pieces.Length; i++)
        {
            _store.All.Span.Slice(pieces[i].Start, pieces[i].Length).CopyTo(tokens.AsSpan(starts[i]));
            starts[i + 1] = starts[i] + pieces[i].Length;
        }

        return new PackedRow(tokens, starts, General, Index, row);
    }
}
