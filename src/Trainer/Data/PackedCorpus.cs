namespace MolEngine.Trainer.Data;

/// <summary>
/// A corpus cut into rows of <c>context</c> tokens, documents end to end (<c>concat</c>): a document that overruns a
/// row goes on in the next. Rows are views; nothing is copied.
/// </summary>
/// <param name="store">Documents in file order, each with its end token.</param>
/// <param name="context">Tokens of a row.</param>
/// <param name="index">Index of the corpus among all of the run.</param>
public sealed class PackedCorpus(string name, bool general, int index, TokenStore store, int context)
{
    public string Name { get; } = name;

    public bool General { get; } = general;

    public int Index { get; } = index;

    public int Context { get; } = context;

    public int Documents => store.Documents;

    public int Tokens => store.Tokens;

    public int Rows => (int)(((long)store.Tokens + Context - 1) / Context);

    /// <summary>Tokens over rows x context: 1 but for the last row.</summary>
    public double Efficiency => Rows == 0 ? 1 : (double)Tokens / ((long)Rows * Context);

    public ReadOnlyMemory<int> Document(int document) => store.Document(document);

    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public PackedRow Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
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
        return new PackedCorpus(Name, General, Index, part, Context);
    }
}
