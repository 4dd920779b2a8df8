namespace MolEngine.Engine.Tokenization;

/// <summary>Every id's spelling and bytes, and every spelling's id: vocabulary and added tokens together.</summary>
internal sealed class TokenTable
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int> _added;
    private readonly string?[] _spellings;
    private readonly string?[] _decoded;
    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly bool[] _special;

    public TokenTable(
        Dictionary<string, int> vocabulary, IReadOnlyList<AddedToken> added, Normalizer normalizer,
        DecoderRules decoding)
    {
        Decoding = decoding;
        _vocabulary = vocabulary;
        _added = added.ToDictionary(t => t.Content, t => t.Id);
        Size = vocabulary.Values.Concat(_added.Values).DefaultIfEmpty(-1).Max() + 1;
        _spellings = new string?[Size];
        foreach ((string spelling, int id) in vocabulary.Concat(_added))
            _spellings[id] = spelling;
        // The library decodes a token that it finds in normalised text as normalised; what a special token is called
        // then decides whether it is skipped.
        _decoded = [.. _spellings];
        foreach (AddedToken token in added.Where(t => t.Normalized))
            _decoded[token.Id] = normalizer.Run(token.Content);
        HashSet<string> special = [.. added.Where(t => t.Special).Select(t => t.Content)];
        _special = [.. _decoded.Select(d => d is not null && special.Contains(d))];
        var bytes = new List<byte>();
        _offsets = new int[Size + 1];
        for (int id = 0; id < Size; id++)
        {
            bytes.AddRange(decoding.Bytes(_decoded[id] ?? "", first: false));
            _offsets[id + 1] = bytes.Count;
        }

        _bytes = [.. bytes];
    }

    public DecoderRules Decoding { get; }

    /// <summary>The largest id + 1.</summary>
    public int Size { get; }

    public int? Id(string spelling) =>
        _added.TryGetValue(spelling, out int id) || _vocabulary.TryGetValue(spelling, out id) ? id : null;

    public string? Spelling(int id) => (uint)id < (uint)Size ? _spellings[id] : null;

    /// <summary>Whether decoding that skips special tokens leaves this one out.</summary>
    public bool IsSpecial(int id) => _special[id];

    /// <summary>The bytes of a token; <paramref name="first"/>: where it is the first of a text.</summary>
    public ReadOnlySpan<byte> Bytes(int id, bool first) => first && Decoding.FirstLosesMetaspace
        ? Decoding.Bytes(_decoded[id]!, first)
        : _bytes.AsSpan(_offsets[id], _offsets[id + 1] - _offsets[id]);
}
