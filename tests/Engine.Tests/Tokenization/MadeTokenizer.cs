using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>
/// Writes tokenizer.json files for tests that need no shared material: all 256 bytes, merges learnt from a few words.
/// </summary>
internal static class MadeTokenizer
{
    public const string Words =
        "the then there these three thee other mother another brother banana bandana ananas aaaaaaaaaa don't won't "
        + "we'll they've I'm --- ------ hello hello world worlds 123 1234 2024 !!! ... naïve naïve café über Σίσυφος "
        + "日本語 日本 中文 中文文 안녕 안녕하세요 👩‍🔬 👩🏽 \n\n  \t indeed";

    /// <summary>GPT-2's byte alphabet, written down a second time.</summary>
    public static string Spell(byte b) =>
        b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? ((char)b).ToString()
        : b <= 32 ? ((char)(256 + b)).ToString()
        : b < 161 ? ((char)(256 + 33 + b - 127)).ToString()
        : ((char)(256 + 67)).ToString();

    public static string Spell(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(Spell));

    /// <summary>The merges of pieces, the most frequent pair first (the smaller one where equal).</summary>
    public static List<(string Left, string Right)> Train(IEnumerable<string> pieces, int count)
    {
        List<List<string>> words = [.. pieces.Select(p => Encoding.UTF8.GetBytes(p).Select(Spell).ToList())];
        List<(string, string)> merges = [];
        while (merges.Count < count)
        {
            var pairs = words.SelectMany(w => w.Zip(w.Skip(1))).GroupBy(p => p)
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key.First, StringComparer.Ordinal).ThenBy(
                    g => g.Key.Second, StringComparer.Ordinal);
            if (pairs.FirstOrDefault() is not { } best)
                break;
            merges.Add(best.Key);
            words = [.. words.Select(w => PlainBpe.Merge(w, best.Key))];
        }

        return merges;
    }

    /// <summary>A whole tokenizer.json: 256 bytes, then the merges' tokens; parts as given.</summary>
    public static JsonObject Json(
        IReadOnlyList<(string Left, string Right)> merges, string preTokenizer, string addedTokens = "[]",
        string normalizer = "null",
        string postProcessor = "null", bool ignoreMerges = false, params string[] moreTokens)
    {
        var vocab = new JsonObject();
        foreach (string token in Enumerable.Range(0,
            256).Select(b => Spell((byte)b)).Concat(merges.Select(m => m.Left + m.Right)).Concat(moreTokens))
            vocab.TryAdd(token, vocab.Count);
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = JsonNode.Parse(addedTokens),
            ["normalizer"] = JsonNode.Parse(normalizer),
            ["pre_tokenizer"] = JsonNode.Parse(preTokenizer),
            ["post_processor"] = JsonNode.Parse(postProcessor),
            ["decoder"] = JsonNode.Parse(ByteLevel(useRegex: true)),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = ignoreMerges,
                ["vocab"] = vocab,
                ["merges"] = new JsonArray([.. merges.Select(m => (JsonNode)new JsonArray(m.Left, m.Right))]),
            },
        };
    }

    public static string ByteLevel(bool useRegex, bool addPrefixSpace = false) =>
        $$"""{"type": "ByteLevel", "add_prefix_space": {{Json(addPrefixSpace)}}, "trim_offsets": true, "use_regex": {{Json(useRegex)}}}""";

    public static string Split(string regex, string behavior = "Isolated", bool invert = false) =>
        $$"""
        {"type": "Sequence", "pretokenizers": [
          {"type": "Split", "pattern": {"Regex": {{JsonSerializer.Serialize(regex)}}}, "behavior": "{{behavior}}", "invert": {{Json(invert)}}},
          {{ByteLevel(useRegex: false)}}]}
        """;

    public static string Added(
        int id, string content, bool special = true, bool normalized = false, bool lstrip = false, bool rstrip = false,
        bool singleWord = false) =>
        $$"""
        {"id": {{id}}, "content": {{JsonSerializer.Serialize(content)}}, "single_word": {{Json(singleWord)}}, "lstrip": {{Json(lstrip)}},
         "rstrip": {{Json(rstrip)}}, "normalized": {{Json(normalized)}}, "special": {{Json(special)}}}
        """;

    public static Tokenizer Parse(JsonObject json) => Parse(json.ToJsonString());

    public static Tokenizer Parse(string json) =>
        TokenizerReader.Parse(Encoding.UTF8.GetBytes(json), "made/tokenizer.json");

    private static string Json(bool value) => value ? "true" : "false";
}
