using System.Text.Json.Nodes;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>
/// Added tokens, ignore_merges and post-processors, on byte tokenizers whose ids from 256 on are the tests' own.
/// </summary>
public sealed class AddedTokenTokenizerTests
{
    private static readonly string Bytes = MadeTokenizer.ByteLevel(useRegex: false);

    [Theory]
    [InlineData("a<e>b", "a 256 b")]
    [InlineData("<e><e>", "256 256")]
    [InlineData("<e1><e", "257 < e")]
    [InlineData("<<e1>", "< 257")]
    [InlineData("<e1<e>", "< 258 256")]
    [InlineData("xyxyz", "x y 259")]
    [InlineData("xyxyxyz", "x y x y 259")]
    [InlineData("xyq", "x y q")]
    public void TheLeftmostAndLongestWins(string text, string expected) =>
        AssertIds(
            expected, text, null, MadeTokenizer.Added(256, "<e>"), MadeTokenizer.Added(257, "<e1>"),
            MadeTokenizer.Added(258, "e1"),
            MadeTokenizer.Added(259, "xyz"));

    [Theory]
    [InlineData("a  <l> b", "a 256 \u0120 b")]
    [InlineData("a\n\u3000<l>", "a 256")]
    [InlineData("<r> \n b", "257 b")]
    [InlineData("<r> <l> c", "257 256 \u0120 c")]
    [InlineData("  <b>  ", "258")]
    public void Strips(string text, string expected) =>
        AssertIds(
            expected, text, null, MadeTokenizer.Added(256, "<l>", lstrip: true),
            MadeTokenizer.Added(257, "<r>", rstrip: true),
            MadeTokenizer.Added(258, "<b>", lstrip: true, rstrip: true));

    /// <summary>A token may begin in white space that the one before has taken, but not consist of it.</summary>
    [Theory]
    [InlineData("a<r> <t>b", "a 256 257 b")]
    [InlineData("a<r> \nb", "a 256 b")]
    [InlineData("a<r>\n b", "a 256 b")]
    [InlineData("a \nb", "a 258 b")]
    [InlineData("<r>\tb", "256 259 b")]
    public void WhiteSpaceOfTwoTokens(string text, string expected) =>
        AssertIds(
            expected, text, null, MadeTokenizer.Added(256, "<r>", rstrip: true), MadeTokenizer.Added(257, " <t>"),
            MadeTokenizer.Added(258, "\n", lstrip: true), MadeTokenizer.Added(259, "\t"));

    [Theory]
    [InlineData("of", "256")]
    [InlineData("a of-", "a \u0120 256 -")]
    [InlineData("soft", "s o f t")]
    [InlineData("of_", "o f _")]
    [InlineData("1of", "1 o f")]
    [InlineData("of\u0301", "o f \u00CC \u0123")]
    [InlineData("of of", "256 \u0120 256")]
    public void SingleWords(string text, string expected) =>
        AssertIds(expected, text, null, MadeTokenizer.Added(256, "of", singleWord: true));

    [Fact]
    public void NormalizedTokensAreFoundInNormalizedText()
    {
        string[] tokens = [MadeTokenizer.Added(256, "cafe\u0301", normalized: true), MadeTokenizer.Added(
            257, "ne\u0301e", normalized: false)];
        const string Nfc = """{"type": "Sequence", "normalizers": [{"type": "NFC"}]}""";
        AssertIds("256 256", "caf\u00E9cafe\u0301", Nfc, tokens);
        AssertIds("257 n \u00C3 \u00A9 e", "ne\u0301en\u00E9e", Nfc, tokens);
        AssertIds("c a f \u00C3 \u00A9 256", "caf\u00E9cafe\u0301", null, tokens);
    }

    [Theory]
    [InlineData(true, false, "256")]
    [InlineData(false, true, "257")]
    [InlineData(false, false, "256")]
    public void OfTwoThatNormaliseToTheSameTheFirstIsFoundSpecialOnesBeforeOthers(bool first, bool second,
        string expected) =>
        AssertIds(
            expected, "\u00E9\u0301", """{"type": "NFC"}""",
            MadeTokenizer.Added(256, "e\u0301\u0301", special: first, normalized: true),
            MadeTokenizer.Added(257, "\u00E9\u0301", special: second, normalized: true));

    [Fact]
    public void EachPieceBetweenTokensIsNormalisedByItself() =>
        AssertIds("e 256 \u00CC \u0123", "e<e>\u0301", """{"type": "NFC"}""", MadeTokenizer.Added(256, "<e>"));

    [Fact]
    public void SpecialTokensAreSkippedOthersStay()
    {
        Tokenizer tokenizer = Make(
            null, MadeTokenizer.Added(256, "<s>"), MadeTokenizer.Added(257, "<think> ", special: false));
        int[] ids = tokenizer.Encode("<s>a<think> b", addSpecialTokens: false);
        Assert.Equal("a<think> b", tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal("<s>a<think> b", tokenizer.Decode(ids, skipSpecialTokens: false));
        Assert.Equal(258, tokenizer.VocabularySize);
        Assert.Equal(257, tokenizer.TokenId("<think> "));
        Assert.Equal(new AddedToken(256, "<s>", true, false, false, false, false), tokenizer.AddedTokens[0]);
        Assert.Null(tokenizer.TokenId("<nothing>"));
        Assert.Null(tokenizer.TokenText(280));
        Assert.Equal("ab", tokenizer.Decode(['a', 280, -1, int.MaxValue, 'b'], skipSpecialTokens: false));
    }

    [Fact]
    public void TemplatesWrapTheText()
    {
        const string Template = """
            {"type": "Sequence", "processors": [
              {"type": "ByteLevel", "trim_offsets": false},
              {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
               "pair": [],
               "special_tokens": {"<s>": {"id": "<s>", "ids": [256, 256], "tokens": ["<s>", "<s>"]}, "</s>": {"id": "</s>", "ids": [257], "tokens": ["</s>"]}}}]}
            """;
        string added = $"[{MadeTokenizer.Added(256, "<s>")}, {MadeTokenizer.Added(257, "</s>")}]";
        JsonObject json = MadeTokenizer.Json([], Bytes, added, postProcessor: Template);
        Tokenizer tokenizer = MadeTokenizer.Parse(json);
        Assert.Equal([256, 256, 'b' - '\0', 257], tokenizer.Encode("b", addSpecialTokens: true));
        Assert.Equal([(int)'b'], tokenizer.Encode("b", addSpecialTokens: false));
        Assert.Equal([256, 256, 257], tokenizer.Encode("", addSpecialTokens: true));
    }

    [Theory]
    [InlineData(true, "hello", "hello")]
    [InlineData(true, "hellos", "he l l o s")]
    [InlineData(false, "hello", "he l l o")]
    public void IgnoredMergesTakeWholeTokens(bool ignore, string text, string expected)
    {
        JsonObject json = MadeTokenizer.Json([("h", "e")], Bytes, ignoreMerges: ignore, moreTokens: ["hello"]);
        Tokenizer tokenizer = MadeTokenizer.Parse(json);
        Assert.Equal(expected.Split(' '), tokenizer.Encode(text, addSpecialTokens: false).Select(tokenizer.TokenText));
    }

    [Fact]
    public void BytesWithoutTokenVanish()
    {
        JsonObject json = MadeTokenizer.Json([("a", "c")], Bytes);
        json["model"]!["vocab"]!.AsObject().Remove("b");
        Tokenizer tokenizer = MadeTokenizer.Parse(json);
        Assert.Equal(["ac"], tokenizer.Encode("abc", addSpecialTokens: false).Select(tokenizer.TokenText));
        Assert.Empty(tokenizer.Encode("bbbbbbbbbbbbbbbbbbbb", addSpecialTokens: false));
    }

    /// <summary>Expected: spellings of bytes and ids of added tokens, with spaces between.</summary>
    private static void AssertIds(string expected, string text, string? normalizer, params string[] addedTokens)
    {
        Tokenizer tokenizer = Make(normalizer, addedTokens);
        string got = string.Join(' ', tokenizer.Encode(text, addSpecialTokens: false).Select(
            id => id < 256 ? tokenizer.TokenText(id) : $"{id}"));
        Assert.Equal(expected, got);
    }

    private static Tokenizer Make(string? normalizer, params string[] addedTokens) =>
        MadeTokenizer.Parse(MadeTokenizer.Json([], Bytes, $"[{string.Join(',', addedTokens)}]", normalizer ?? "null"));
}
