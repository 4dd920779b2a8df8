using System.Text;
using System.Text.Json;
using MolEngine.Engine.Files;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>
/// Splitting: the scanners against the patterns they stand for, other patterns, behaviours, refusals.
/// </summary>
[Properties(Arbitrary = [typeof(UnicodeText)], MaxTest = 500)]
public sealed class SplitTokenizerTests
{
    private static readonly SplitStage[] ByHand = [new Gpt2Stage(), new QwenStage(1), new QwenStage(3)];

    private static readonly SplitStage[] ByRegex =
        [.. ((string[])[Gpt2Stage.Pattern, QwenStage.QwenPattern, QwenStage.Llama3Pattern]).Select(p => Regex(p))];

    private static readonly SplitStage[] All =
        [.. ByHand, new DigitsStage(true), new DigitsStage(false), Regex(@"\p{L}+", SplitBehavior.MergedWithNext)];

    [Property]
    public void ScannersDoWhatTheirPatternsSay(UnicodeText text)
    {
        for (int i = 0; i < ByHand.Length; i++)
            Assert.Equal(Pieces(ByRegex[i], text.Value), Pieces(ByHand[i], text.Value));
    }

    [Property]
    public void PiecesCoverTheText(UnicodeText text)
    {
        string expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Value));
        foreach (SplitStage stage in All)
            Assert.Equal(expected, string.Concat(Pieces(stage, text.Value)));
    }

    [Theory]
    [InlineData("I'm HE'LL it'S x'ſy don't", "I|'m| HE|'LL| it|'S| x|'ſ|y| don|'t")]
    [InlineData("a  b   \n  c \r\n\r\n  ", "a| | b|   \n| | c| \r\n\r\n|  ")]
    [InlineData("x=12345;\n\ny", "x|=|1|2|3|4|5|;\n\n|y")]
    [InlineData("𐐀𠀀é 𝟙𝒳", "𐐀𠀀é| |𝟙|𝒳")]
    [InlineData("\u00A0a\u3000\u3000b\u0085", "\u00A0a|\u3000|\u3000b|\u0085")]
    public void QwenPieces(string text, string pieces) => Assert.Equal(pieces.Split('|'), Pieces(ByHand[1], text));

    [Theory]
    [InlineData("I'm HE'LL 12 345x", "I|'m| HE|'|LL| 12| 345|x")]
    [InlineData("a  b\n\nc  ", "a| | b|\n|\n|c|  ")]
    public void Gpt2Pieces(string text, string pieces) => Assert.Equal(pieces.Split('|'), Pieces(ByHand[0], text));

    [Theory]
    [InlineData(true, "ab|1|2|٣|c|½")]
    [InlineData(false, "ab|12٣|c|½")]
    public void Digits(bool individually, string pieces) =>
        Assert.Equal(pieces.Split('|'), Pieces(new DigitsStage(individually), "ab12٣c½"));

    [Theory]
    [InlineData("Isolated", false, "a|-|-|b|-|c")]
    [InlineData("Contiguous", false, "a|--|b|-|c")]
    [InlineData("MergedWithPrevious", false, "a-|-|b-|c")]
    [InlineData("MergedWithNext", false, "a|-|-b|-c")]
    [InlineData("MergedWithNext", true, "a-|-|b-|c")]
    [InlineData("Removed", false, "a|b|c")]
    [InlineData("Removed", true, "-|-|-")]
    public void Behaviors(string behavior, bool invert, string pieces) =>
        Assert.Equal(pieces.Split('|'), Pieces(Regex("-", Enum.Parse<SplitBehavior>(behavior), invert), "a--b-c"));

    [Theory]
    [InlineData("Isolated", "a|.|.|b €|$|c|、|«")]
    [InlineData("Contiguous", "a|..|b €|$|c|、«")]
    [InlineData("Removed", "a|b €|c")]
    public void Punctuation(string behavior, string pieces)
    {
        var stage = new CharacterClassStage(
            CharacterClassStage.IsPunctuation, Enum.Parse<SplitBehavior>(behavior));
        Assert.Equal(pieces.Split('|'), Pieces(stage, "a..b €$c、«"));
    }

    [Fact]
    public void WhiteSpaceVanishes()
    {
        const string Text = " a_1é, b\u3000\r\n--c\u0301 ";
        Assert.Equal(["a_1é", ",", "b", "--", "c\u0301"], Pieces(new WhitespaceStage(), Text));
        Assert.Equal(
            ["a_1é,", "b", "--c\u0301"],
            Pieces(new CharacterClassStage(CharClasses.IsWhiteSpace, SplitBehavior.Removed), Text));
    }

    /// <summary>What a stage removes is not there for the next one to look at.</summary>
    [Fact]
    public void StagesBehindSeeNothingOfWhatIsRemoved()
    {
        string stages = $$"""
            {"type": "Sequence", "pretokenizers": [
              {"type": "Split", "pattern": {"String": "-"}, "behavior": "Removed", "invert": false},
              {"type": "Digits", "individual_digits": false}, {{MadeTokenizer.ByteLevel(false, addPrefixSpace: true)}}]}
            """;
        Tokenizer tokenizer = MadeTokenizer.Parse(MadeTokenizer.Json([], stages));
        int[] ids = tokenizer.Encode("a1-2--b", addSpecialTokens: false);
        Assert.Equal(" a 1 2 b", tokenizer.Decode(ids, skipSpecialTokens: false));
        Assert.Empty(tokenizer.Encode("--", addSpecialTokens: false));
    }

    [Theory]
    // The patterns of GPT-4 (possessive quantifiers) and GPT-4o, and a range beside characters beyond the BMP.
    [InlineData(
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
        "It'ſ 12345 𠀀𐐀!!\n  x", "It|'ſ| |123|45| 𠀀𐐀|!!\n| | x")]
    [InlineData(
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\s+", "McDonald's 𐐀𐐨", "Mc|Donald's| 𐐀𐐨")]
    [InlineData(@"[\x{4E00}-\u9FA5]+", "ab中文𠀀文c", "ab|中文|𠀀|文|c")]
    [InlineData("[\U00020000-\U0002A6DFa]+", "b𠀀a丂𐐀𠀁", "b|𠀀a|丂𐐀|𠀁")]
    [InlineData("[^\U00010400-\U0001044F]+", "𝒳a𐐀𐐨b", "𝒳a|𐐀𐐨|b")]
    [InlineData(@"[\x{80}-\x{10FFFF}]+", "a中𠀀 😀b", "a|中𠀀| |😀|b")]
    [InlineData(@"[\x{20000}-\x{10FFFF}]+|😀", "a中𠀀𠀁😀😁", "a中|𠀀𠀁|😀|😁")]
    [InlineData(@"[\x{10400}-\x{1044F}]|\p{Lu}", "ȺĀ𐐀𐐨𝒳", "Ⱥ|Ā|𐐀|𐐨|𝒳")]
    [InlineData(@"(?i:k)", "a\u212Abkc", "a|\u212A|b|k|c")]
    [InlineData(@"(?<=a)b+?(?:c|d)", "abbcabd", "a|bbc|a|bd")]
    [InlineData(@"[a\-\]^]+.{2,}?\.", "x-]^12.5", "x|-]^12.|5")]
    public void OtherPatterns(string pattern, string text, string pieces) =>
        Assert.Equal(pieces.Split('|'), Pieces(Regex(pattern), text));

    [Theory]
    [InlineData(@"\w+", "\\w at character 1")]
    [InlineData(@"^a", "^ at")]
    [InlineData(@"a$", "$ at")]
    [InlineData(@"\bfoo", "\\b")]
    [InlineData(@"[[:alpha:]]", "[ inside a class")]
    [InlineData(@"[a&&b]", "& inside a class")]
    [InlineData(@"\p{Han}", "{Han}")]
    [InlineData(@"(?i)a", "(?i)")]
    [InlineData(@"(?<x>a)", "(?<x")]
    [InlineData(@"(?i:ß)", "beyond ASCII")]
    [InlineData(@"(?i:est)", "st")]
    [InlineData(@"(?i:\p{Lu})", "\\p under")]
    [InlineData(@"a{2}+", "a quantifier of")]
    [InlineData(@"a{,2}", "{ that is no")]
    [InlineData(@"a**", "a quantifier of")]
    [InlineData(@"(a", "a group without end")]
    [InlineData(@"a)", ") at")]
    [InlineData(@"[a", "a class without end")]
    [InlineData(@"[b-a]", "a range")]
    [InlineData(@"\1", "\\1")]
    [InlineData(@"\", "a \\ at the end")]
    [InlineData("(?i:[\U00020000])", "beyond ASCII")]
    [InlineData(@"\x{11F600}", "none of Unicode")]
    [InlineData(@"\uD83D", "half of a surrogate")]
    public void RefusedPatterns(string pattern, string named)
    {
        string json = MadeTokenizer.Json([], MadeTokenizer.Split(pattern)).ToJsonString();
        string message = Assert.Throws<ModelFileException>(() => MadeTokenizer.Parse(json)).Message;
        Assert.Contains("made/tokenizer.json: key pre_tokenizer.pretokenizers[0].pattern.Regex: ", message);
        Assert.Contains(named, message);
    }

    [Fact]
    public void DeepGroupsAreRefused() =>
        Assert.Throws<ModelFileException>(() => Regex(new string('(', 100_000)));

    [Fact]
    public void APatternThatTriesWithoutEndIsStopped()
    {
        const int length = 60;
        RegexStage stage = Regex("(?:x|xx)+(?=y)|z");
        Assert.Equal("xxyz", string.Concat(Pieces(stage, "xxyz")));
        string message = Assert.Throws<ModelFileException>(() => Pieces(stage, new string('x', length))).Message;
        Assert.StartsWith(
            "test: key pattern: the pattern takes too long: expected at most 0.5 s on a piece of text, got more on "
            + $"{length:N0} bytes that begin \"xxxx", message);
    }

    [Fact]
    public void LiteralPatterns()
    {
        var stage = RegexStage.OfLiteral(View(".|\n "), SplitBehavior.Isolated, invert: false);
        Assert.Equal(["a.|b", ".|\n ", "c"], Pieces(stage, "a.|b.|\n c"));
    }

    [Fact]
    public void PrefixSpaceOnEachPiece()
    {
        string digits = $$"""{"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, {{MadeTokenizer.ByteLevel(true, addPrefixSpace: true)}}]}""";
        Tokenizer tokenizer = MadeTokenizer.Parse(MadeTokenizer.Json([], digits));
        Assert.Equal(
            " a 1 b", tokenizer.Decode(tokenizer.Encode("a1 b", addSpecialTokens: false), skipSpecialTokens: false));
        Assert.Empty(tokenizer.Encode("", addSpecialTokens: false));
    }

    private static RegexStage Regex(string pattern, SplitBehavior behavior = SplitBehavior.Isolated,
        bool invert = false) =>
        new(View(pattern), behavior, invert);

    private static JsonView View(string text) => new(JsonSerializer.SerializeToElement(text), "test", "pattern");

    private static List<string> Pieces(SplitStage stage, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        List<int> ends = [];
        stage.Split(bytes, 0, ends);
        List<string> pieces = [];
        int start = 0;
        foreach (int mark in ends)
        {
            int end = SplitStage.EndOf(mark);
            Assert.True(end > start);
            if (!SplitStage.IsRemoved(mark))
                pieces.Add(Encoding.UTF8.GetString(bytes, start, end - start));
            start = end;
        }

        return pieces;
    }
}
