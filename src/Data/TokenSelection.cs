namespace MolEngine.Data;

/// <summary>Some documents of a store as a store of their own: nothing is copied but the borders of runs.</summary>
internal sealed class TokenSelection : TokenStore
{
    private readonly TokenStore _whole;

    /// <summary>The first document of each run in the whole store, and that document's place there.</summary>
    private readonly int[] _wholeDocuments;
    private readonly long[] _wholeStarts;

    /// <summary>[runs + 1]: documents and tokens of the runs before.</summary>
    private readonly int[] _documents;
    private readonly long[] _starts;

    /// <param name="runs">Documents one after another in the whole store, none of them empty.</param>
    private TokenSelection(TokenStore whole, IReadOnlyList<(int First, int Count)> runs)
    {
        _whole = whole;
        _wholeDocuments = [.. runs.Select(r => r.First)];
        _wholeStarts = [.. runs.Select(r => whole.Start(r.First))];
        _documents = new int[runs.Count + 1];
        _starts = new long[runs.Count + 1];
        for (int r = 0; r < runs.Count; r++)
        {
            _documents[r + 1] = _documents[r] + runs[r].Count;
            _starts[r + 1] = _starts[r] + whole.Start(runs[r].First + runs[r].Count) - _wholeStarts[r];
        }
    }

    public override int Documents => _documents[^1];

    /// <summary>The first documents of a store.</summary>
    public static TokenStore First(TokenStore whole, int documents) =>
        documents >= whole.Documents ? whole : new TokenSelection(whole, documents == 0 ? [] : [(0, documents)]);

    /// <summary>The given documents, in the given order.</summary>
    public static TokenStore Only(TokenStore whole, IEnumerable<int> documents) =>
        new TokenSelection(whole, [.. documents.Select(d => (d, 1))]);

    /// <summary>All documents but the given ones, in the store's order.</summary>
    public static TokenStore Without(TokenStore whole, IEnumerable<int> documents)
    {
        var runs = new List<(int First, int Count)>();
        int next = 0;
        foreach (int document in documents.Distinct().Order().Append(whole.Documents))
        {
            if (document > next)
                runs.Add((next, document - next));
            next = document + 1;
        }

        return new TokenSelection(whole, runs);
    }

    public override void ReadStarts(int first, Span<long> starts)
    {
        for (int r = RunOf(_documents, first); !starts.IsEmpty && r < _wholeDocuments.Length; r++)
        {
            // The end of a run is the start of the next, which stands elsewhere in the whole store.
            int count = Math.Min(starts.Length, _documents[r + 1] - first);
            _whole.ReadStarts(_wholeDocuments[r] + first - _documents[r], starts[..count]);
            foreach (ref long start in starts[..count])
                start += _starts[r] - _wholeStarts[r];
            first += count;
            starts = starts[count..];
        }

        if (!starts.IsEmpty)
            starts[0] = _starts[^1];
    }

    public override void Read(long start, Span<int> tokens)
    {
        for (int r = RunOf(_starts, start); !tokens.IsEmpty; r++)
        {
            int count = (int)Math.Min(tokens.Length, _starts[r + 1] - start);
            _whole.Read(_wholeStarts[r] + start - _starts[r], tokens[..count]);
            start += count;
            tokens = tokens[count..];
        }
    }

    /// <summary>The run that a document or token is of; the number of runs for what lies behind the last.</summary>
    private static int RunOf<T>(T[] borders, T at)
    {
        int found = Array.BinarySearch(borders, at);
        return found >= 0 ? found : ~found - 1;
    }
}
