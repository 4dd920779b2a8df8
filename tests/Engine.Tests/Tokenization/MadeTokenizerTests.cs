using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>The algorithm on tokenizers made here: against a plain BPE, and what must hold for any text.</summary>
[Properties(Arbitrary = [typeof(UnicodeText)], MaxTest = 300)]
public sealed class MadeTokenizerTests
{
    private static readonly List<(string Left, string Right)> Merges =
        MadeTokenizer.Train(Regex.Matches(MadeTokenizer.Words, Gpt2Stage.Pattern,
            RegexOptions.CultureInvariant).Select(m => m.Value), 200);

    private static readonly int End = 256 + Merges.Count;

    private static readonly PlainBpe Plain = new(Merges);

    private static readonly Tokenizer Gpt2Style = MadeTokenizer.Parse(MadeTokenizer.Json(
        Merges, MadeTokenizer.ByteLevel(useRegex: true),
        $"[{MadeTokenizer.Added(End, "<|end|>")}, {MadeTokenizer.Added(End + 1, "<e>", special: false)}]"));

    private static readonly Tokenizer QwenStyle = MadeTokenizer.Parse(MadeTokenizer.Json(
        Merges, MadeTokenizer.Split(QwenStage.QwenPattern), $"[{MadeTokenizer.Added(End, "<|end|>")}]", """{"type": "NFC"}"""));

    private static readonly Tokenizer Unsplit = MadeTokenizer.Parse(
        MadeTokenizer.Json(Merges, MadeTokenizer.ByteLevel(useRegex: false)));

    [Fact]
    public void AgreesWithPlainBpe()
    {
        // .NET's own regex on the pattern's own text, which is right on the BMP.
        Assert.InRange(Merges.Count, 100, 200);
        foreach (string text in Samples().Append(MadeTokenizer.Words))
        {
            IEnumerable<string> pieces = Regex.Matches(text, Gpt2Stage.Pattern, RegexOptions.CultureInvariant).Select(
                m => m.Value);
            string[] expected = [.. pieces.SelectMany(Plain.Encode)];
            Assert.Equal(expected, Gpt2Style.Encode(text, addSpecialTokens: false).Select(Gpt2Style.TokenText));
        }
    }

    [Fact]
    public void LongPiecesAgreeWithPlainBpeToo()
    {
        var random = new Random(5);
        string[] parts = ["a", "aa", "b", "an", "the", "ban", "ana", "o", "r", "th", "e", "é", "文"];
        for (int length = 1; length < 400; length += 7)
        {
            string text = string.Concat(Enumerable.Range(0, length).Select(_ => parts[random.Next(parts.Length)]));
            Assert.Equal(Plain.Encode(text), Unsplit.Encode(text, addSpecialTokens: false).Select(Unsplit.TokenText));
        }
    }

    [Fact]
    public void HugePiecesAreNoTrap()
    {
        var random = new Random(6);
        string letters = string.Concat(Enumerable.Range(0, 300_000).Select(_ => "abnthero"[random.Next(8)]));
        foreach (string piece in (string[])[letters, new string('a', 300_000), new string('-', 300_000), new string(
            '文', 100_000)])
        {
            var watch = Stopwatch.StartNew();
            int[] ids = QwenStyle.Encode(piece, addSpecialTokens: false);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}: quadratic?");
            Assert.Equal(piece, QwenStyle.Decode(ids, skipSpecialTokens: false));
            Assert.True(ids.Length < Encoding.UTF8.GetByteCount(piece), "nothing merged");
        }
    }

    [Property]
    public void RoundTrip(UnicodeText text)
    {
        string expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Value));
        Assert.Equal(expected, Gpt2Style.Decode(
            Gpt2Style.Encode(text.Value, addSpecialTokens: false), skipSpecialTokens: false));
        Assert.Equal(
            expected, Unsplit.Decode(Unsplit.Encode(text.Value, addSpecialTokens: false), skipSpecialTokens: false));
    }

    [Property]
    public void RoundTripNormalises(UnicodeText text)
    {
        string expected = string.Join("<|end|>", text.Value.Split("<|end|>").Select(Nfc.Normalize));
        Assert.Equal(expected, QwenStyle.Decode(
            QwenStyle.Encode(text.Value, addSpecialTokens: false), skipSpecialTokens: false));
    }

    [Property]
    public void SpecialTokensPartTheText(UnicodeText left, UnicodeText right)
    {
        foreach (Tokenizer tokenizer in (Tokenizer[])[Gpt2Style, QwenStyle])
        {
            int[] expected =
                [.. tokenizer.Encode(left.Value, addSpecialTokens: false), End, .. tokenizer.Encode(
                    right.Value, addSpecialTokens: false)];
            Assert.Equal(expected, tokenizer.Encode($"{left.Value}<|end|>{right.Value}", addSpecialTokens: false));
        }
    }

    [Property]
    public void AppendsToAList(UnicodeText text)
    {
        List<int> ids = [7];
        QwenStyle.Encode(text.Value, addSpecialTokens: true, ids);
        Assert.Equal([7, .. QwenStyle.Encode(text.Value, addSpecialTokens: true)], ids);
    }

    [Property]
    public void StreamingEqualsDecode(int[] numbers, bool skip)
    {
        int[] ids = [.. numbers.Select(n => (int)((uint)n % 300)), End, .. numbers.Select(n => (int)((uint)n % 256))];
        StreamingDecoder decoder = Gpt2Style.CreateDecoder(skip);
        string streamed = string.Concat(ids.Select(decoder.Append)) + decoder.Finish();
        Assert.Equal(Gpt2Style.Decode(ids, skip), streamed);
        Assert.Equal(!skip, streamed.Contains("<|end|>", StringComparison.Ordinal));
    }

    [Fact]
    public void ThreadsDoNotDisturbEachOther()
    {
        string[] texts = [.. Samples()];
        int[][] expected = [.. texts.Select(t => QwenStyle.Encode(t, addSpecialTokens: false))];
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, n =>
        {
            int i = n % texts.Length;
            Assert.Equal(expected[i], QwenStyle.Encode(texts[i], addSpecialTokens: false));
            Assert.Equal(Nfc.Normalize(texts[i]), QwenStyle.Decode(expected[i], skipSpecialTokens: false));
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BytesAloneAreATokenizer(bool useRegex)
    {
        string added = $"[{MadeTokenizer.Added(256, "<|im_start|>")}, {MadeTokenizer.Added(257, "<|im_end|>")}]";
        Tokenizer bytes = MadeTokenizer.Parse(MadeTokenizer.Json([], MadeTokenizer.ByteLevel(useRegex), added));
        Assert.Equal(258, bytes.VocabularySize);
        const string Text = "Hello, wörld!\n\u0000日本 👩🏽";
        int[] expected = [256, .. Encoding.UTF8.GetBytes(Text).Select(b => (int)b), 257];
        int[] ids = bytes.Encode($"<|im_start|>{Text}<|im_end|>", addSpecialTokens: true);
        Assert.Equal(expected, ids);
        Assert.Equal(Text, bytes.Decode(ids, skipSpecialTokens: true));
        Assert.Equal($"<|im_start|>{Text}<|im_end|>", bytes.Decode(ids, skipSpecialTokens: false));
    }

    [Fact]
    public void LoneSurrogatesAreReplaced()
    {
        int[] replaced = Unsplit.Encode("a\uFFFD\uFFFDb\uFFFD", addSpecialTokens: false);
        Assert.Equal(replaced, Unsplit.Encode("a\uDC00\uD800b\uD83D", addSpecialTokens: false));
    }

    /// <summary>One rule everywhere: ids above the tokenizer's, of a padded vocabulary, are no text.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(999)]
    [InlineData(int.MaxValue)]
    public void UnknownIdsAreNoText(int id)
    {
        Assert.Equal("AB", Gpt2Style.Decode([65, id, 66], skipSpecialTokens: true));
        StreamingDecoder decoder = Gpt2Style.CreateDecoder(false);
        Assert.Equal("", decoder.Append(0xC3) + decoder.Append(id));
        Assert.Equal("\u00E9", decoder.Append(0xA9));
        Assert.Null(Gpt2Style.TokenText(id));
    }

    private static IEnumerable<string> Samples()
    {
        string[] parts =
        [
            " ", "  ", "\n", "\r\n", "\t", "\u00A0", "the", "there", " another", "brother", "banana", "'s", "'ll", "'",
            "don't", "12", "1234", "é", "naïve",
            "日本語", "中文", "안녕", "\u0301", "!", "...", "Σίσυφος", "\u0085", "-",
        ];
        var random = new Random(4);
        for (int n = 0; n < 200; n++)
            yield return string.Concat(
                Enumerable.Range(0, random.Next(60)).Select(_ => parts[random.Next(parts.Length)]));
    }
}
