using MolEngine.Data.Records;
using MolEngine.Engine.Batches;

namespace MolEngine.Data;

/// <summary>
/// A corpus cut into rows of <c>context</c> tokens. <c>concat</c>: documents end to end; one that overruns a row goes
/// on in the next. <c>best_fit</c>: only documents longer than a row are cut. Rows are made when they are asked for.
/// </summary>
public sealed class PackedCorpus
{
    private const int BordersAtOnce = 64;

    private readonly TokenStore _store;
    private readonly PackingKind _packing;

    /// <summary>What of the tokens each row holds; null for <c>concat</c>.</summary>
    private readonly (long Start, int Length)[][]? _pieces;

    /// <param name="store">Documents in file order, each with its end token; no longer changed.</param>
    /// <param name="context">Tokens of a row.</param>
    /// <exception cref="UserException">There are more rows than can be counted.</exception>
    public PackedCorpus(
        string name, CorpusKind kind, TokenStore store, int context, PackingKind packing = PackingKind.Concat)
        : this(
            name, kind, store, context, packing,
            packing == PackingKind.BestFit ? BestFitPacker.Pack(store, context) : null)
    {
    }

    private PackedCorpus(
        string name, CorpusKind kind, TokenStore store, int context, PackingKind packing,
        (long Start, int Length)[][]? pieces)
    {
        Name = name;
        Kind = kind;
        Context = context;
        Tokens = store.Tokens;
        _store = store;
        _packing = packing;
        _pieces = pieces;
        long rows = pieces?.Length ?? ((Tokens + context - 1) / context);
        Rows = rows <= Array.MaxLength ? (int)rows : throw new UserException(
            $"corpus {name}: expected at most {Array.MaxLength:N0} rows, got {rows:N0}. Raise data.context.");
    }

    public string Name { get; }

    public CorpusKind Kind { get; }

    /// <summary>Weight of each row's loss in the mean over the rows of a step.</summary>
    public double Weight { get; init; } = 1;

    /// <inheritdoc cref="TokenRow.Losses"/>
    public TokenWeights? Losses { get; init; }

    public int Context { get; }

    public int Documents => _store.Documents;

    public long Tokens { get; }

    public int Rows { get; }

    /// <summary>A corpus of rows that are packed already.</summary>
    /// <param name="rows">The documents of each row, not longer than <paramref name="context"/> together; a row may be
    /// empty.</param>
    public static PackedCorpus OfRows(
        string name, CorpusKind kind, int context, IReadOnlyList<IReadOnlyList<int[]>> rows)
    {
        if (rows.Any(r => r.Sum(d => d.Length) > context))
            throw new ArgumentException($"rows: expected at most {context} tokens in each, got more", nameof(rows));
        var store = new TokenBuffer();
        (long Start, int Length) Piece(int[] document)
        {
            store.Add(document);
            return (store.Tokens - document.Length, document.Length);
        }

        (long, int)[][] pieces = [.. rows.Select(r => r.Select(Piece).ToArray())];
        return new PackedCorpus(name, kind, store, context, PackingKind.BestFit, pieces);
    }

    /// <summary>Tokens of each document, its end counted, in their order.</summary>
    public IEnumerable<int> Lengths => _store.Extents().Select(d => d.Length);

    /// <summary>Tokens of the longest document, its end counted; 0 where there is none.</summary>
    public int LongestDocument => Lengths.DefaultIfEmpty().Max();

    /// <summary>Documents that lie in more than one row.</summary>
    public int CutDocuments => _store.Extents().Count(d => _pieces is null
        ? d.Start / Context != (d.Start + d.Length - 1) / Context
        : d.Length > Context);

    /// <summary>Tokens over rows x context: above 0, at most 1; 0 without rows.</summary>
    public double Efficiency => Rows == 0 ? 0 : (double)Tokens / ((long)Rows * Context);

    /// <summary>Whether any row has a token to predict.</summary>
    public bool HasEffectiveTokens => Pieces().Any(p => Joined([p]).EffectiveTokens > 0);

    /// <summary>Tokens that the loss sees, of all rows.</summary>
    public long EffectiveTokens => Pieces().Sum(p => (long)Joined([p]).EffectiveTokens);

    /// <summary>A document's tokens, its end included.</summary>
    public int[] Document(int document) => TokenMark.Ids(_store.Document(document));

    /// <summary>A document as rows of its own, each no longer than the context, with what is trained on.</summary>
    public IReadOnlyList<TokenRow> RowsOf(int document) =>
        [.. _store.Document(document).Chunk(Context).Select(tokens => Marked(tokens, [0]))];

    /// <summary>Tokens of a document, its end included.</summary>
    public int LengthOf(int document) => _store.Length(document);

    /// <summary>Differs for other documents, in other order too: what a resumed run compares.</summary>
    public string Fingerprint() => _store.Fingerprint();

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
        long start = (long)row * Context;
        int[] tokens = new int[Math.Min(Context, Tokens - start)];
        _store.Read(start, tokens);
        return Marked(tokens, [0, .. BordersWithin(start, tokens.Length)]);
    }

    /// <summary>Where documents begin behind the first of some tokens, counted from that one.</summary>
    private List<int> BordersWithin(long start, int length)
    {
        var borders = new List<int>();
        Span<long> some = stackalloc long[BordersAtOnce];
        for (int next = _store.DocumentAt(start) + 1; next < Documents; next += some.Length)
        {
            some = some[..Math.Min(some.Length, Documents - next)];
            _store.ReadStarts(next, some);
            foreach (long border in some)
            {
                if (border - start >= length)
                    return borders;
                borders.Add((int)(border - start));
            }
        }

        return borders;
    }

    /// <summary>The documents in file order, cut as rows cut them: between pieces nothing predicts.</summary>
    private IEnumerable<(long Start, int Length)> Pieces()
    {
        foreach ((long start, int length) in _store.Extents())
        {
            long first = _pieces is null ? start / Context * Context : start;
            for (long from = start, to; from < start + length; from = to)
            {
                to = Math.Min(start + length, first += Context);
                yield return (from, (int)(to - from));
            }
        }
    }

    /// <summary>The rows of the first <paramref name="documents"/> documents alone, packed in the same way.</summary>
    public PackedCorpus First(int documents) => documents >= Documents
        ? this
        : new PackedCorpus(Name, Kind, TokenSelection.First(_store, documents), Context, _packing)
        {
            Weight = Weight,
            Losses = Losses,
        };

    private TokenRow Joined((long Start, int Length)[] pieces)
    {
        int[] tokens = new int[pieces.Sum(p => p.Length)];
        int[] starts = new int[pieces.Length];
        int end = 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            _store.Read(pieces[i].Start, tokens.AsSpan(end, pieces[i].Length));
            starts[i] = end;
            end += pieces[i].Length;
        }

        return Marked(tokens, starts);
    }

    private TokenRow Marked(int[] tokens, IReadOnlyList<int> starts) =>
        new(TokenMark.Ids(tokens), starts, Kind, mask: TokenMark.Mask(tokens))
        {
            Weight = Weight,
            Losses = Losses,
        };
}
