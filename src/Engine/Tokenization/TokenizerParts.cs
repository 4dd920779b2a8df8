namespace MolEngine.Engine.Tokenization;

/// <summary>What a tokenizer.json says, checked and ready for use.</summary>
internal sealed record TokenizerParts
{
    /// <summary>The file, for messages.</summary>
    public required string File { get; init; }

    public required Dictionary<string, int> Vocabulary { get; init; }

    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    public required Normalizer Normalizer { get; init; }

    public required PreTokenizer PreTokenizer { get; init; }

    public required BpeModel Model { get; init; }

    public required DecoderRules Decoding { get; init; }

    /// <summary>Ids that are put before a text.</summary>
    public required int[] Prefix { get; init; }

    /// <summary>Ids that are put behind a text.</summary>
    public required int[] Suffix { get; init; }

    public string? BosToken { get; init; }

    public string? EosToken { get; init; }

    /// <summary>What the file says and is not so, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
