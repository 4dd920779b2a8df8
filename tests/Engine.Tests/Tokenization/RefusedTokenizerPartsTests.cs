using System.Text.Json.Nodes;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>Normalizers, pre-tokenizers and decoders that would not come out as in the library.</summary>
public sealed class RefusedTokenizerPartsTests
{
    [Theory]
    [InlineData("""{"type": "Metaspace"}""", "pre_tokenizer: the key \"replacement\" is missing")]
    [InlineData("""{"type": "Metaspace", "replacement": "ab"}""", "pre_tokenizer.replacement: expected one character")]
    [InlineData("""{"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"}""", "r.prepend_scheme")]
    [InlineData("""{"type": "UnicodeScripts"}""", "pre_tokenizer.type: this pre-tokenizer is not supported")]
    [InlineData("""{"type": "Punctuation", "behavior": "Kept"}""", "pre_tokenizer.behavior: this behavior")]
    [InlineData("""{"type": "CharDelimiterSplit", "delimiter": "ab"}""", "pre_tokenizer.delimiter: expected one c")]
    public void PreTokenizers(string json, string expected) => Refuses("pre_tokenizer", json, expected);

    [Fact]
    public void MetaspaceThatCannotKnowTheStart()
    {
        const string Metaspace = """{"type": "Metaspace", "replacement": "_", "prepend_scheme": "first"}""";
        Refuses(
            "pre_tokenizer", $$"""{"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}, {{Metaspace}}]}""",
            "pre_tokenizer.pretokenizers[1].type: Metaspace with prepend_scheme \"first\"");
        JsonObject json = BadTokenizerTests.Make();
        json["normalizer"] = JsonNode.Parse("""{"type": "StripAccents"}""");
        json["pre_tokenizer"] = JsonNode.Parse(Metaspace);
        Assert.Contains(
            "removes characters", Assert.Throws<ModelFileException>(() => MadeTokenizer.Parse(json)).Message);
        Refuses(
            "pre_tokenizer", Metaspace.Replace("}", ", \"add_prefix_space\": false}"),
            "pre_tokenizer.prepend_scheme: disagrees with add_prefix_space");
    }

    [Theory]
    [InlineData("\"String\": \"\"", "normalizer.pattern.String: an empty pattern")]
    [InlineData("\"Regex\": \"x*\"", "normalizer.pattern.Regex: a pattern that may match no character")]
    [InlineData("\"Regex\": \"(?=x)\"", "normalizer.pattern.Regex: a pattern that may match no character")]
    public void Replacements(string pattern, string expected) => Refuses(
        "normalizer", $$"""{"type": "Replace", "pattern": { {{pattern}} }, "content": "a"}""", expected);

    [Theory]
    [InlineData("""{"type": "Strip", "content": " ", "start": 1, "stop": 0}""", "decoders[0].type: this order")]
    [InlineData("""{"type": "Fuse"}, {"type": "ByteFallback"}""", "decoders[1].type: this order")]
    [InlineData("""{"type": "ByteLevel"}, {"type": "Fuse"}""", "decoders[1].type: this order")]
    [InlineData("""{"type": "Metaspace", "replacement": "_"}, {"type": "ByteLevel"}""", "decoders[1].type: this")]
    [InlineData(
        """{"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 0, "stop": 1}""", "decoders[1].stop: Strip")]
    public void Decoders(string decoders, string expected) => Refuses(
        "decoder", $$"""{"type": "Sequence", "decoders": [{{decoders}}]}""", $"decoder.{expected}");

    private static void Refuses(string part, string value, string expected)
    {
        JsonObject json = BadTokenizerTests.Make();
        json[part] = JsonNode.Parse(value);
        string message = Assert.Throws<ModelFileException>(() => MadeTokenizer.Parse(json)).Message;
        Assert.StartsWith("made/tokenizer.json: key ", message);
        Assert.Contains(expected, message);
    }
}
