using System.Text.Json;

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
        string? bos = null, eos = null;
        if (config is not null)
        {
            using JsonDocument document = ParseJson(config, configFile);
            var root = new JsonView(document.RootElement, configFile, "");
            (bos, eos) = (TokenName(root, "bos_token"), TokenName(root, "eos_token"));
        }

        using JsonDocument tokenizer = ParseJson(json, file);
        TokenizerParts parts = Parts(new JsonView(tokenizer.RootElement, file, ""));
        return new Tokenizer(parts with { BosToken = bos, EosToken = eos });
    }

    private static TokenizerParts Parts(JsonView root)
    {
        // Other keys at the top say nothing of the encoding, and the library reads past them.
        root.OnlyOnce();
        if (root.Optional("version") is JsonView version && (!version.IsString || version.String() != "1.0"))
            throw version.Expected("\"1.0\"");
        // truncation and padding are settings of a call that whoever saved the file had last used; transformers sets
        // both anew at every call, to none unless asked. Neither is read here: ids are neither cut nor padded.
        DecoderReader.Check(root);
        (Dictionary<string, int> vocabulary, BpeModel model) = BpeModelReader.Read(root.Required("model"));
        List<AddedToken> added = AddedTokenReader.Read(root, vocabulary);
        HashSet<int> ids = [.. vocabulary.Values, .. added.Select(t => t.Id)];
        (int[] prefix, int[] suffix) = PostProcessorReader.Read(root, ids.Contains);
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            AddedTokens = added,
            Nfc = root.Optional("normalizer") is JsonView normalizer && NormalizerReader.IsNfc(normalizer),
            PreTokenizer = PreTokenizerReader.Read(root),
            Model = model,
            Prefix = prefix,
            Suffix = suffix,
        };
    }

    /// <summary>A token of tokenizer_config.json: a string, or an object with its content.</summary>
    private static string? TokenName(JsonView config, string name) =>
        config.Optional(name) is not JsonView token ? null
        : token.IsObject ? token.Required("content").String()
        : token.String();

    private static byte[] ReadFile(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new TokenizerException(
                $"{file}: the tokenizer file cannot be read: expected a readable tokenizer.json, got: {e.Message}", e);
        }
    }

    private static JsonDocument ParseJson(ReadOnlyMemory<byte> json, string file)
    {
        if (json.Span.StartsWith("\uFEFF"u8))
            json = json[3..];
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new TokenizerException(
                $"{file}: the file is not valid JSON: expected one JSON object, "
                + $"got an error at line {e.LineNumber + 1}: {e.Message}", e);
        }
    }
}
