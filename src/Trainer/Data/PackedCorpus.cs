using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Data;

/// <summary>
/// A corpus cut into rows of <c>context</c> tokens. <c>concat</c>: documents end to end; one that overruns a row goes
/// on in the next; rows are views, nothing is copied. <c>best_fit</c>: only documents longer than a row are cut.
/// </summary>
/// <param name="store">Documents in file order, each with its end token.</param>
/// <param name="context">Tokens of a row.</param>
/// <param name="index">Index of the corpus among all of the run.</param>
public sealed class PackedCorpus(
    string name, bool general, int index, TokenStore store, int context, PackingKind packing = PackingKind.Concat)
{
    private readonly (int Start, int Length)[][]? _bestFit =
        packing == PackingKind.BestFit ? BestFitPacker.Pack(store, context) : null;

    public string Name { get; } = name;

    public bool General { get; } = general;

    public int Index { get; } = index;

    public int Context { get; } = context;

    public int Documents => store.Documents;

    public int Tokens => store.Tokens;

    public int Rows => _bestFit?.Length ?? (int)(((long)store.Tokens + Context - 1) / Context);

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
            for (int d = 0; d < store.Documents; d++)
            {
                (int start, int end) = (store.Starts[d], store.Starts[d + 1]);
                bool whole = _bestFit is null ? start / Context == (end - 1) / Context : end - start <= Context;
                cut += whole ? 0 : 1;
            }

            return cut;
        }
    }

    /// <summary>Tokens over rows x context.</summary>
    public double Efficiency => Rows == 0 ? 1 : (double)Tokens / ((long)Rows * Context);

    public ReadOnlyMemory<int> Document(int document) => store.Document(document);

    /// <summary>Differs for other documents, in other order too: what a resumed run compares.</summary>
    public string Fingerprint() => store.Fingerprint();

    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public PackedRow Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        if (_bestFit is not null)
            return Joined(_bestFit[row], row);
        int start = row * Context;
        int length = Math.Min(Context, store.Tokens - start);
        ReadOnlySpan<int> borders = store.Starts;

        // The first border after the row's start; documents are never empty, so borders are distinct.
        int next = borders.BinarySearch(start + 1);
        next = next < 0 ? ~next : next;
        var starts = new List<int> { 0 };
        for (; next < borders.Length && borders[next] < start + length; next++)
            starts.Add(borders[next] - start);
        starts.Add(length);
        return new PackedRow(store.All.Slice(start, length), [.. starts], General, Index, row);
    }

    /// <summary>The rows of the first <paramref name="documents"/> documents alone, packed in the same way.</summary>
    public PackedCorpus First(int documents)
    {
        if (documents >= store.Documents)
            return this;
        var part = new TokenStore();
        for (int d = 0; d < documents; d++)
            part.Add(store.Document(d).Span);
        return new PackedCorpus(Name, General, Index, part, Context, packing);
    }

    private PackedRow Joined((int Start, int Length)[] pieces, int row)
    {
        int[] tokens = new int[pieces.Sum(p => p.Length)];
        int[] starts = new int[pieces.Length + 1];
        for (int i = 0; i < pieces.Length; i++)
        {
            store.All.Span.Slice(pieces[i].Start, pieces[i].Length).CopyTo(tokens.AsSpan(starts[i]));
            starts[i + 1] = starts[i] + pieces[i].Length;
        }

        return new PackedRow(tokens, starts, General, Index, row);
    }
}
