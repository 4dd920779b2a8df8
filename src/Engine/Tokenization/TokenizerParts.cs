namespace MolEngine.Engine.Tokenization;

/// <summary>What a tokenizer.json says, checked and ready for use.</summary>
internal sealed record TokenizerParts
{
    public required Dictionary<string, int> Vocabulary { get; init; }

    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Whether the normalizer is NFC; else there is none.</summary>
    public required bool Nfc { get; init; }

    public required PreTokenizer PreTokenizer { get; init; }

    public required BpeModel Model { get; init; }

    /// <summary>Ids that the post-processor puts before the text.</summary>
    public required int[] Prefix { get; init; }

    /// <summary>Ids that the post-processor puts behind the text.</summary>
    public required int[] Suffix { get; init; }

    public string? BosToken { get; init; }

    public string? EosToken { get; init; }
}
