using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

/// <summary>What tokenizer_config.json says of a tokenizer.</summary>
internal sealed record TokenizerConfig
{
    /// <summary>
    /// Classes of transformers that put bos_token in front by themselves, unless add_bos_token is false, and eos_token
    /// behind where add_eos_token is true.
    /// </summary>
    private static readonly string[] AddingClasses =
    [
        "LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "CodeLlamaTokenizerFast", "GemmaTokenizer",
        "GemmaTokenizerFast", "CohereTokenizer", "CohereTokenizerFast",
    ];

    public string? BosToken { get; init; }

    public string? EosToken { get; init; }

    /// <summary>Whether the class puts bos_token before every text where the file has no post-processor.</summary>
    public bool AddsBos { get; init; }

    /// <summary>Whether the class puts eos_token behind every text where the file has no post-processor.</summary>
    public bool AddsEos { get; init; }

    public static TokenizerConfig Read(JsonView root)
    {
        string type = root.Optional("tokenizer_class")?.String() ?? "";
        bool adds = AddingClasses.Contains(type);
        return new TokenizerConfig
        {
            BosToken = TokenName(root, "bos_token"),
            EosToken = TokenName(root, "eos_token"),
            AddsBos = adds && root.Flag("add_bos_token", true),
            AddsEos = adds && root.Flag("add_eos_token", false),
        };
    }

    /// <summary>A token of tokenizer_config.json: a string, or an object with its content.</summary>
    private static string? TokenName(JsonView config, string name) =>
        config.Optional(name) is not JsonView token ? null
        : token.IsObject ? token.Required("content").String()
        : token.String();
}
