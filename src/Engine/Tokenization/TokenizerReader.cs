using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

/// <summary>Reads tokenizer.json and, beside it, tokenizer_config.json.</summary>
internal static class TokenizerReader
{
    public static Tokenizer Load(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, "tokenizer.json") : path;
        string config = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file)) ?? ".", "tokenizer_config.json");
        byte[] json = ReadFile(file);
        return Parse(json, file, File.Exists(config) ? ReadFile(config) : null, config);
    }

    /// <param name="file">The name for messages.</param>
    public static Tokenizer Parse(ReadOnlyMemory<byte> json, string file, byte[]? config = null, string configFile = "")
    {
        var settings = new TokenizerConfig();
        if (config is not null)
            settings = TokenizerConfig.Read(ParseJson(config, configFile));
        return new Tokenizer(Parts(ParseJson(json, file), file, settings));
    }

    private static TokenizerParts Parts(JsonView root, string file, TokenizerConfig settings)
    {
        // Other keys at the top say nothing of the encoding, and the library reads past them.
        root.OnlyOnce();
        if (root.Optional("version") is JsonView version && (!version.IsString || version.String() != "1.0"))
            throw version.Expected("\"1.0\"");
        // truncation and padding are settings of a call that whoever saved the file had last used; transformers sets
        // both anew at every call, to none unless asked. Neither is read here: ids are neither cut nor padded.
        Normalizer normalizer = NormalizerReader.Read(root);
        PreTokenizer preTokenizer = PreTokenizerReader.Read(root, normalizer);
        (Dictionary<string, int> vocabulary, BpeModel model) =
            BpeModelReader.Read(root.Required("model"), preTokenizer.ByteLevel);
        List<string> notes = [];
        List<AddedToken> added = AddedTokenReader.Read(root, vocabulary, notes);
        (int[] prefix, int[] suffix) = Around(root, vocabulary, added, settings);
        return new TokenizerParts
        {
            File = file,
            Vocabulary = vocabulary,
            AddedTokens = added,
            Normalizer = normalizer,
            PreTokenizer = preTokenizer,
            Model = model,
            Decoding = DecoderReader.Read(root),
            Prefix = prefix,
            Suffix = suffix,
            BosToken = settings.BosToken,
            EosToken = settings.EosToken,
            Notes = notes,
        };
    }

    /// <summary>
    /// What comes before and behind a text: as the post-processor says. Where the file has none, as the class that
    /// tokenizer_config.json names does it. transformers 4 gave those classes a post-processor of their own making, by
    /// add_bos_token and add_eos_token, over the file's; transformers 5 drops both keys where there is a tokenizer.json
    /// and takes the file's. The two agree on every file that such a class has saved, which has the post-processor.
    /// </summary>
    private static (int[] Prefix, int[] Suffix) Around(
        JsonView root, Dictionary<string, int> vocabulary, List<AddedToken> added, TokenizerConfig settings)
    {
        if (root.Optional("post_processor") is not null)
        {
            HashSet<int> ids = [.. vocabulary.Values, .. added.Select(t => t.Id)];
            return PostProcessorReader.Read(root, ids.Contains);
        }

        int[] Id(bool adds, string? token) =>
            !adds || token is null ? []
            : added.Find(t => t.Content == token) is AddedToken found ? [found.Id]
            : vocabulary.TryGetValue(token, out int id) ? [id]
            : throw root.Error($"the tokenizer adds \"{token}\" to every text", "a token of that name", "none");

        return (Id(settings.AddsBos, settings.BosToken), Id(settings.AddsEos, settings.EosToken));
    }

    private static byte[] ReadFile(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ModelFileException(
                $"{file}: the tokenizer file cannot be read: expected a readable tokenizer.json, got: {e.Message}", e);
        }
    }

    private static JsonView ParseJson(ReadOnlyMemory<byte> json, string file) =>
        new(JsonText.Parse(file, json), file, "");
}
