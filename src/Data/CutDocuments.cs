namespace MolEngine.Data;

/// <summary>A store whose documents are cut at some places into several: nothing is copied.</summary>
internal sealed class CutDocuments : TokenStore
{
    private readonly TokenStore _whole;

    /// <summary>Places of the cuts among all tokens, ascending.</summary>
    private readonly long[] _cuts;

    /// <summary>The document of this store that begins at each cut.</summary>
    private readonly int[] _documents;

    /// <param name="cuts">Places among all tokens, ascending, each inside a document: not where one begins.</param>
    public CutDocuments(TokenStore whole, IReadOnlyList<long> cuts)
    {
        _whole = whole;
        _cuts = [.. cuts];
        _documents = [.. cuts.Select((cut, before) => whole.DocumentAt(cut) + 1 + before)];
    }

    public override int Documents => _whole.Documents + _cuts.Length;

    public override void ReadStarts(int first, Span<long> starts)
    {
        while (!starts.IsEmpty)
        {
            int found = Array.BinarySearch(_documents, first);
            int before = found >= 0 ? found : ~found, count = 1;
            if (found >= 0)
            {
                starts[0] = _cuts[found];
            }
            else
            {
                int next = before < _documents.Length ? _documents[before] : int.MaxValue;
                count = Math.Min(starts.Length, next - first);
                _whole.ReadStarts(first - before, starts[..count]);
            }

            first += count;
            starts = starts[count..];
        }
    }

    public override void Read(long start, Span<int> tokens) => _whole.Read(start, tokens);
}
