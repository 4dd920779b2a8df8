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
    [InlineData("a<e>b", "a 300 b")]
    [InlineData("<e><e>", "300 300")]
    [InlineData("<e1><e", "301 < e")]
    [InlineData("<<e1>", "< 301")]
    [InlineData("<e1<e>", "< 302 300")]
    [InlineData("xyxyz", "x y 303")]
    [InlineData("xyxyxyz", "x y x y 303")]
    [InlineData("xyq", "x y q")]
    public void TheLeftmostAndLongestWins(string text, string expected) =>
        AssertIds(
            expected, text, null, MadeTokenizer.Added(300, "<e>"), MadeTokenizer.Added(301, "<e1>"),
            MadeTokenizer.Added(302, "e1"),
            MadeTokenizer.Added(303, "xyz"));

    [Theory]
    [InlineData("a  <l> b", "a 300 \u0120 b")]
    [InlineData("a\n\u3000<l>", "a 300")]
    [InlineData("<r> \n b", "301 b")]
    [InlineData("<r> <l> c", "301 300 \u0120 c")]
    [InlineData("  <b>  ", "302")]
    public void Strips(string text, string expected) =>
        AssertIds(
            expected, text, null, MadeTokenizer.Added(300, "<l>", lstrip: true),
            MadeTokenizer.Added(301, "<r>", rstrip: true),
            MadeTokenizer.Added(302, "<b>", lstrip: true, rstrip: true));

    /// <summary>A token may begin in white space that the one before has taken, but not consist of it.</summary>
    [Theory]
    [InlineData("a<r> <t>b", "a 300 301 b")]
    [InlineData("a<r> \nb", "a 300 b")]
    [InlineData("a<r>\n b", "a 300 b")]
    [InlineData("a \nb", "a 302 b")]
    [InlineData("<r>\tb", "300 303 b")]
    public void WhiteSpaceOfTwoTokens(string text, string expected) =>
        AssertIds(
            expected, text, null, MadeTokenizer.Added(300, "<r>", rstrip: true), MadeTokenizer.Added(301, " <t>"),
            MadeTokenizer.Added(302, "\n", lstrip: true), MadeTokenizer.Added(303, "\t"));

    [Theory]
    [InlineData("of", "300")]
    [InlineData("a of-", "a \u0120 300 -")]
    [InlineData("soft", "s o f t")]
    [InlineData("of_", "o f _")]
    [InlineData("1of", "1 o f")]
    [InlineData("of\u0301", "o f \u00CC \u0123")]
    [InlineData("of of", "300 \u0120 300")]
    public void SingleWords(string text, string expected) =>
        AssertIds(expected, text, null, MadeTokenizer.Added(300, "of", singleWord: true));

    [Fact]
    public void NormalizedTokensAreFoundInNormalizedText()
    {
        string[] tokens = [MadeTokenizer.Added(300, "cafe\u0301", normalized: true), MadeTokenizer.Added(
            301, "ne\u0301e", normalized: false)];
        const string Nfc = """{"type": "Sequence", "normalizers": [{"type": "NFC"}]}""";
        AssertIds("300 300", "caf\u00E9cafe\u0301", Nfc, tokens);
        AssertIds("301 n \u00C3 \u00A9 e", "ne\u0301en\u00E9e", Nfc, tokens);
        AssertIds("c a f \u00C3 \u00A9 300", "caf\u00E9cafe\u0301", null, tokens);
    }

    [Theory]
    [InlineData(true, false, "300")]
    [InlineData(false, true, "301")]
    [InlineData(false, false, "300")]
    public void OfTwoThatNormaliseToTheSameTheFirstIsFoundSpecialOnesBeforeOthers(bool first, bool second,
        string expected) =>
        AssertIds(
            expected, "\u00E9\u0301", """{"type": "NFC"}""",
            MadeTokenizer.Added(300, "e\u0301\u0301", special: first, normalized: true),
            MadeTokenizer.Added(301, "\u00E9\u0301", special: second, normalized: true));

    [Fact]
    public void EachPieceBetweenTokensIsNormalisedByItself() =>
        AssertIds("e 300 \u00CC \u0123", "e<e>\u0301", """{"type": "NFC"}""", MadeTokenizer.Added(300, "<e>"));

    [Fact]
    public void SpecialTokensAreSkippedOthersStay()
    {
        Tokenizer tokenizer = Make(
            null, MadeTokenizer.Added(300, "<s>"), MadeTokenizer.Added(301, "<think> ", special: false));
        int[] ids = tokenizer.Encode("<s>a<think> b", addSpecialTokens: false);
        Assert.Equal("a<think> b", tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal("<s>a<think> b", tokenizer.Decode(ids, skipSpecialTokens: false));
        Assert.Equal(302, tokenizer.VocabularySize);
        Assert.Equal(301, tokenizer.TokenId("<think> "));
        Assert.Equal(new AddedToken(300, "<s>", true, false, false, false, false), tokenizer.AddedTokens[0]);
        Assert.Null(tokenizer.TokenId("<nothing>"));
        Assert.Null(tokenizer.TokenText(280));
        Assert.Throws<TokenizerException>(() => tokenizer.Decode([280], skipSpecialTokens: false));
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
               "special_tokens": {"<s>": {"id": "<s>", "ids": [300, 300], "tokens": ["<s>", "<s>"]}, "</s>": {"id": "</s>", "ids": [301], "tokens": ["</s>"]}}}]}
            """;
        string added = $"[{MadeTokenizer.Added(300, "<s>")}, {MadeTokenizer.Added(301, "</s>")}]";
        JsonObject json = MadeTokenizer.Json([], Bytes, added, postProcessor: Template);
        Tokenizer tokenizer = MadeTokenizer.Parse(json);
        Assert.Equal([300, 300, 'b' - '\0', 301], tokenizer.Encode("b", addSpecialTokens: true));
        Assert.Equal([(int)'b'], tokenizer.Encode("b", addSpecialTokens: false));
        Assert.Equal([300, 300, 301], tokenizer.Encode("", addSpecialTokens: true));
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
