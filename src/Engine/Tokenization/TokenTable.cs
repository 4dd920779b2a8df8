namespace MolEngine.Engine.Tokenization;

/// <summary>Every id's spelling and bytes, and every spelling's id: vocabulary and added tokens together.</summary>
internal sealed class TokenTable
{
    /// <summary>Tables are as long as the largest id; a file cannot make them larger than this.</summary>
    public const int MaxId = (1 << 24) - 1;

    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int> _added;
    private readonly string?[] _spellings;
    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly bool[] _special;

    public TokenTable(Dictionary<string, int> vocabulary, IReadOnlyList<AddedToken> added)
    {
        _vocabulary = vocabulary;
        _added = added.ToDictionary(t => t.Content, t => t.Id);
        Size = vocabulary.Values.Concat(_added.Values).DefaultIfEmpty(-1).Max() + 1;
        _spellings = new string?[Size];
        foreach ((string spelling, int id) in vocabulary.Concat(_added))
            _spellings[id] = spelling;
        _special = new bool[Size];
        foreach (AddedToken token in added)
            _special[token.Id] = token.Special;

        // As the ByteLevel decoder has it: a token with any character outside the alphabet stands for its own UTF-8.
        var bytes = new List<byte>();
        _offsets = new int[Size + 1];
        for (int id = 0; id < Size; id++)
        {
            string spelling = _spellings[id] ?? "";
            bytes.AddRange(ByteAlphabet.ToBytes(spelling) ?? System.Text.Encoding.UTF8.GetBytes(spelling));
            _offsets[id + 1] = bytes.Count;
        }

        _bytes = [.. bytes];
    }

    /// <summary>The largest id + 1.</summary>
    public int Size { get; }

    public int? Id(string spelling) =>
        _added.TryGetValue(spelling, out int id) || _vocabulary.TryGetValue(spelling, out id) ? id : null;

    public string? Spelling(int id) => (uint)id < (uint)Size ? _spellings[id] : null;

    public bool IsSpecial(int id) => _special[id];

    /// <summary>The bytes of a token; an error that names an id which no token has.</summary>
    public ReadOnlySpan<byte> Bytes(int id)
    {
        if (Spelling(id) is null)
        {
            throw new TokenizerException(
                $"decode: the id {id} is no token of this tokenizer: "
                + $"expected an id from 0 to {Size - 1} that has a token, got {id}.");
        }

        return _bytes.AsSpan(_offsets[id], _offsets[id + 1] - _offsets[id]);
    }
}
