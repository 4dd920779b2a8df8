using System.Runtime.InteropServices;

namespace MolEngine.Data;

/// <summary>Documents in memory: for rows that are made by hand.</summary>
public sealed class TokenBuffer : TokenStore
{
    private readonly List<int> _tokens = [];
    private readonly List<long> _starts = [0];

    public override int Documents => _starts.Count - 1;

    /// <summary>Adds a document that already has its end.</summary>
    public void Add(ReadOnlySpan<int> document)
    {
        _tokens.AddRange(document);
        _starts.Add(_tokens.Count);
    }

    public override void ReadStarts(int first, Span<long> starts) =>
        CollectionsMarshal.AsSpan(_starts).Slice(first, starts.Length).CopyTo(starts);

    public override void Read(long start, Span<int> tokens) =>
        CollectionsMarshal.AsSpan(_tokens).Slice((int)start, tokens.Length).CopyTo(tokens);
}
