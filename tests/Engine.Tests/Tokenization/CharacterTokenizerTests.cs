using System.Text;
using System.Text.Json.Nodes;
using MolEngine.Engine.Files;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>
/// Tokenizers over characters, in the styles of Llama 2, Mistral and Gemma. What surprises here is what Hugging Face's
/// library gives.
/// </summary>
public sealed class CharacterTokenizerTests
{
    private const string LlamaNormalizer = """
        {"type": "Sequence", "normalizers": [
          {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
        """;

    private const string LlamaDecoder = """
        {"type": "Sequence", "decoders": [
          {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
          {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
        """;

    private static readonly (string Left, string Right)[] Merges =
        [("a", "b"), ("▁", "ab"), ("▁", "c"), ("▁", "▁"), ("ab", "ab"), ("b", "c")];

    [Theory]
    [InlineData("ab c", "▁ab ▁c")]
    [InlineData(" ab", "▁ ▁ab")]
    [InlineData("abc", "▁ab c")]
    [InlineData("ab<s> c", "▁ab <s> ▁ ▁c")]
    [InlineData("é", "▁ <0xC3> <0xA9>")]
    [InlineData("", "")]
    public void LlamaStyle(string text, string expected) =>
        AssertTokens(expected, Make(LlamaNormalizer), text);

    /// <summary>Unknown tokens wait for a known one: byte tokens overtake them.</summary>
    [Theory]
    [InlineData(true, "zzé", "<0xC3> <0xA9> <unk>")]
    [InlineData(false, "zzé", "<unk> <0xC3> <0xA9> <unk>")]
    [InlineData(true, "azzéza", "a <0xC3> <0xA9> <unk> a")]
    [InlineData(false, "zaz", "<unk> a <unk>")]
    [InlineData(true, "zz", "<unk>")]
    public void UnknownCharacters(bool fuse, string text, string expected)
    {
        JsonObject json = Json();
        json["model"]!["fuse_unk"] = fuse;
        AssertTokens(expected, MadeTokenizer.Parse(json), text);
    }

    [Fact]
    public void WithoutUnknownTokenUnknownCharactersVanish()
    {
        JsonObject json = Json();
        json["model"]!["unk_token"] = null;
        AssertTokens("ab c", MadeTokenizer.Parse(json), "abzc");
        json["model"]!["unk_token"] = "<nothing>";
        Tokenizer tokenizer = MadeTokenizer.Parse(json);
        AssertTokens("ab c", tokenizer, "abc");
        string message = Assert.Throws<ModelFileException>(
            () => tokenizer.Encode("abz", addSpecialTokens: false)).Message;
        Assert.Contains("<nothing>", message);
    }

    [Theory]
    [InlineData("""  "add_prefix_space": true  """, "▁ab ▁c <s> ▁ab")]
    [InlineData("""  "add_prefix_space": false  """, "ab ▁c <s> ab")]
    [InlineData("""  "prepend_scheme": "first", "split": false  """, "▁ab ▁c <s> ab")]
    [InlineData("""  "prepend_scheme": "never", "str_rep": "▁"  """, "ab ▁c <s> ab")]
    public void MetaspaceInBothDialects(string keys, string expected) =>
        AssertTokens(expected, Make(preTokenizer: Metaspace(keys)), "ab c<s>ab");

    [Theory]
    [InlineData("true", "▁ ▁")]
    [InlineData("false", "▁▁")]
    public void MetaspaceSplitsBeforeEachSpace(string split, string expected) => AssertTokens(
        expected, Make(preTokenizer: Metaspace($""" "prepend_scheme": "never", "split": {split} """)), "  ");

    [Theory]
    [InlineData("▁ab ▁c", "ab c")]
    [InlineData("▁ ▁ ab", " ab")]
    [InlineData("<0xC3> <0xA9> ab", "éab")]
    [InlineData("<0xC3> ab", "\uFFFDab")]
    [InlineData("<0xC3> <0xA9> <0xC3>", "\uFFFD\uFFFD\uFFFD")]
    [InlineData("<s> ▁ab", "<s> ab")]
    public void LlamaDecoding(string tokens, string expected)
    {
        Tokenizer tokenizer = Make(LlamaNormalizer);
        int[] ids = [.. tokens.Split(' ').Select(t => tokenizer.TokenId(t)!.Value)];
        Assert.Equal(expected, tokenizer.Decode(ids, skipSpecialTokens: false));
        StreamingDecoder decoder = tokenizer.CreateDecoder(skipSpecialTokens: false);
        var shown = new StringBuilder();
        foreach (int id in ids)
        {
            shown.Append(decoder.Append(id));
            Assert.StartsWith(shown.ToString(), expected);
        }

        Assert.Equal(expected, shown.Append(decoder.Finish()).ToString());
    }

    [Theory]
    [InlineData("always", "ab c")]
    [InlineData("never", " ab c")]
    public void MetaspaceDecoding(string scheme, string expected)
    {
        Tokenizer tokenizer = Make(decoder: Metaspace($""" "prepend_scheme": "{scheme}", "split": true """));
        int[] ids = [tokenizer.TokenId("▁ab")!.Value, tokenizer.TokenId("▁c")!.Value];
        Assert.Equal(expected, tokenizer.Decode(ids, skipSpecialTokens: false));
        // The first token is the first one shown.
        Assert.Equal(
            expected, tokenizer.Decode([tokenizer.TokenId("<s>")!.Value, 9999, .. ids], skipSpecialTokens: true));
    }

    /// <summary>A token that is found in normalised text decodes as normalised, and is then no special one.</summary>
    [Fact]
    public void NormalizedTokensDecodeAsNormalised()
    {
        Tokenizer tokenizer = Make(LlamaNormalizer, added: MadeTokenizer.Added(1, "<s>", normalized: true));
        AssertTokens("▁ab <s> ▁c", tokenizer, "ab <s> c");
        int[] ids = [tokenizer.TokenId("▁ab")!.Value, 1];
        Assert.Equal("ab <s>", tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal("<s>", tokenizer.TokenText(1));
    }

    [Fact]
    public void ThePairOfAMergeMayHoldSpaces()
    {
        JsonObject json = Json();
        json["model"]!["vocab"]![" "] = 100;
        json["model"]!["vocab"]!["a b"] = 101;
        json["model"]!["vocab"]!["a "] = 102;
        json["model"]!["merges"] = new JsonArray(new JsonArray("a", " "), new JsonArray("a ", "b"));
        AssertTokens("a b", MadeTokenizer.Parse(json), "a b", separator: "|");
    }

    /// <summary>Cuts at seams change nothing: against the model over the whole text.</summary>
    [Fact]
    public void SeamsChangeNothing()
    {
        var random = new Random(11);
        JsonObject json = Json(LlamaNormalizer);
        Tokenizer cut = MadeTokenizer.Parse(json);
        // With ignore_merges there are no cuts; nothing here is a token as a whole.
        json["model"]!["ignore_merges"] = true;
        Tokenizer whole = MadeTokenizer.Parse(json);
        string[] parts = ["a", "b", "c", " ", "ab", "é", "z", "  ", "abab"];
        for (int n = 0; n < 300; n++)
        {
            IEnumerable<string> some = Enumerable.Range(0, n % 90).Select(_ => parts[random.Next(parts.Length)]);
            string text = "zc" + string.Concat(some);
            Assert.Equal(whole.Encode(text, addSpecialTokens: false), cut.Encode(text, addSpecialTokens: false));
        }
    }

    [Fact]
    public void TheTypeOfTheModelMayBeAbsent()
    {
        JsonObject json = Json();
        json["model"]!.AsObject().Remove("type");
        AssertTokens("ab c", MadeTokenizer.Parse(json), "abc");
    }

    /// <summary>
    /// Ids of added tokens follow the vocabulary's and each other, as in the library, whatever the file says: a gap, an
    /// id given twice, the id of another token.
    /// </summary>
    [Theory]
    [InlineData(500, 501)]
    [InlineData(300, 300)]
    [InlineData(0, 1)]
    public void IdsOfAddedTokensFollowTheVocabulary(int first, int second)
    {
        JsonObject json = Json();
        int size = json["model"]!["vocab"]!.AsObject().Count;
        string[] added =
            [MadeTokenizer.Added(first, "<x>"), MadeTokenizer.Added(second, "<y>"), MadeTokenizer.Added(700, "a")];
        json["added_tokens"] = JsonNode.Parse($"[{string.Join(',', added)}]");
        Tokenizer tokenizer = MadeTokenizer.Parse(json);
        Assert.Equal((size, size + 1), (tokenizer.TokenId("<x>"), tokenizer.TokenId("<y>")));
        AssertTokens("b <y> a <x>", tokenizer, "b<y>a<x>");
        Assert.Equal("<unk>", tokenizer.TokenText(0));
        Assert.Equal(3, tokenizer.Notes.Count);
        Assert.Contains("\"<x>\"", tokenizer.Notes[0]);
    }

    [Fact]
    public void ATokenBeyondTheEmbeddingsIsRefusedWhereATextNeedsIt()
    {
        JsonObject json = Json();
        int size = json["model"]!["vocab"]!.AsObject().Count;
        json["added_tokens"] = JsonNode.Parse($"[{MadeTokenizer.Added(size, "[PAD]")}]");
        Tokenizer tokenizer = MadeTokenizer.Parse(json).ForEmbeddings(size);
        AssertTokens("ab c", tokenizer, "abc");
        string message = Assert.Throws<ModelFileException>(
            () => tokenizer.Encode("ab[PAD]", addSpecialTokens: false)).Message;
        Assert.StartsWith("made/tokenizer.json: ", message);
        Assert.Contains($"\"[PAD]\" ({size})", message);
    }

    [Theory]
    [InlineData("LlamaTokenizerFast", "", true, false)]
    [InlineData("LlamaTokenizer", ", \"add_bos_token\": false, \"add_eos_token\": true", false, true)]
    [InlineData("PreTrainedTokenizerFast", ", \"add_bos_token\": true", false, false)]
    public void WithoutPostProcessorTheClassSaysWhatIsAdded(string type, string keys, bool begins, bool ends)
    {
        byte[] config = Encoding.UTF8.GetBytes(
            $$"""{"tokenizer_class": "{{type}}", "bos_token": "<s>", "eos_token": "<unk>"{{keys}}}""");
        byte[] json = Encoding.UTF8.GetBytes(Json().ToJsonString());
        Tokenizer tokenizer = TokenizerReader.Parse(json, "made", config, "config");
        Assert.Equal(begins ? [1] : [], tokenizer.BeginIds);
        Assert.Equal(ends ? [0] : [], tokenizer.EndIds);
        int[] plain = tokenizer.Encode("abc", addSpecialTokens: false);
        Assert.Equal(
            [.. tokenizer.BeginIds, .. plain, .. tokenizer.EndIds], tokenizer.Encode("abc", addSpecialTokens: true));
    }

    /// <summary>A document begins as tokenizer(text) begins it, and never twice.</summary>
    [Fact]
    public void DocumentsBeginOnce()
    {
        JsonObject json = Json();
        json["post_processor"] = JsonNode.Parse("""
            {"type": "TemplateProcessing",
             "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
             "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}
            """);
        Tokenizer tokenizer = MadeTokenizer.Parse(json);
        Assert.Equal([1], tokenizer.BeginIds);
        int[] expected = tokenizer.Encode("abc", addSpecialTokens: true);
        Assert.Equal(1, expected[0]);
        Assert.Equal(expected, tokenizer.EncodeDocument("abc"));
        Assert.Equal(expected, tokenizer.EncodeDocument("<s>abc"));
        Assert.Equal([1], tokenizer.EncodeDocument(""));
        Tokenizer none = MadeTokenizer.Parse(Json());
        Assert.Equal(none.Encode("abc", addSpecialTokens: true), none.EncodeDocument("abc"));
    }

    [Fact]
    public void CharactersByThemselves()
    {
        Tokenizer tokenizer = Make(
            """
            {"type": "Sequence", "normalizers": [
              {"type": "Strip", "strip_left": true, "strip_right": true}, {"type": "NFKD"}, {"type": "StripAccents"},
              {"type": "Lowercase"}, {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": "c"}]}
            """);
        AssertTokens("ab c ab b", tokenizer, " \u00C1B \u3000 \u24D0\u24B7\u0308B\n");
    }

    private static string Metaspace(string keys) =>
        $$"""{"type": "Metaspace", "replacement": "▁", {{keys}}}""";

    private static Tokenizer Make(
        string normalizer = "null", string preTokenizer = "null", string decoder = LlamaDecoder,
        string? added = null) => MadeTokenizer.Parse(Json(normalizer, preTokenizer, decoder, added));

    private static JsonObject Json(
        string normalizer = "null", string preTokenizer = "null", string decoder = LlamaDecoder, string? added = null)
    {
        var vocab = new JsonObject();
        string[] tokens =
            ["<unk>", "<s>", "<0xC3>", "<0xA9>", "▁", "a", "b", "c", .. Merges.Select(m => m.Left + m.Right)];
        foreach (string token in tokens)
            vocab.Add(token, vocab.Count);
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = JsonNode.Parse($"[{added ?? MadeTokenizer.Added(1, "<s>")}]"),
            ["normalizer"] = JsonNode.Parse(normalizer),
            ["pre_tokenizer"] = JsonNode.Parse(preTokenizer),
            ["decoder"] = JsonNode.Parse(decoder),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["unk_token"] = "<unk>",
                ["fuse_unk"] = true,
                ["byte_fallback"] = true,
                ["vocab"] = vocab,
                ["merges"] = new JsonArray([.. Merges.Select(m => (JsonNode)$"{m.Left} {m.Right}")]),
            },
        };
    }

    /// <summary>Expected: the spellings of the tokens, separated.</summary>
    private static void AssertTokens(string expected, Tokenizer tokenizer, string text, string separator = " ") =>
        Assert.Equal(
            expected,
            string.Join(separator, tokenizer.Encode(text, addSpecialTokens: false).Select(tokenizer.TokenText)));
}
