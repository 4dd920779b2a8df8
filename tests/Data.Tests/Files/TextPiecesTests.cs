using FsCheck;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Data.Tests.Records;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Files;

/// <summary>With words as tokens.</summary>
public sealed class TextPiecesTests : IDisposable
{
    private static readonly char[] Blanks = [' ', '\n', '\r', '\t'];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a b\nc d\n\ne f\ng h\n", "a b\nc d|e f\ng h")]
    [InlineData("a b c d\ne\n", "a b c d|e")]
    [InlineData("a b c d e f g h i\nj\n", "a b c d| e f g h| i|j")]
    [InlineData("a\n\nb\nc\nd\ne\n\n\n", "a\n\nb\nc\nd|e")]
    [InlineData("a\nb\n\nc\nd\ne\n", "a\nb|c\nd\ne")]
    [InlineData("\n \n", "")]
    public void Pieces_end_between_paragraphs_or_lines_or_words(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Pieces(text, 4).Select(p => p.Text)));

    [Property(MaxTest = 200)]
    public void Pieces_hold_all_words_in_order_and_none_is_too_long(NonEmptyArray<byte> letters, PositiveInt most)
    {
        string text = "x" + string.Concat(letters.Get.Select(b => "abc \n \n"[b % 7]));
        int limit = 1 + (most.Get % 6);
        CorpusRecord[] pieces = Pieces(text, limit);
        Assert.All(pieces, p => Assert.InRange(Words(p.Text!), 1, limit));
        Assert.Equal(
            text.Split(Blanks, StringSplitOptions.RemoveEmptyEntries),
            pieces.SelectMany(p => p.Text!.Split(Blanks, StringSplitOptions.RemoveEmptyEntries)));
        string[] lines = text.Split('\n');
        Assert.All(pieces, p => Assert.Contains(p.Text!.TrimStart().Split('\n')[0], lines[p.Line - 1]));
    }

    [Fact]
    public void A_word_longer_than_the_limit_is_cut_between_characters()
    {
        string word = string.Concat(Enumerable.Repeat("\U0001F41D", 50));
        CorpusSettings corpus = Reading.Corpus(_folder.Write("a.txt", word)) with { Split = TextSplit.Tokens };
        string[] pieces = [.. Reading.All(corpus, limit: new(7, t => t.Length)).Select(r => r.Text!)];
        Assert.Equal(word, string.Concat(pieces));
        Assert.All(pieces, p => Assert.InRange(p.Length, 1, 7));
        Assert.All(pieces, p => Assert.False(char.IsLowSurrogate(p[0])));
    }

    private static int Words(string text) => text.Split(Blanks, StringSplitOptions.RemoveEmptyEntries).Length;

    private CorpusRecord[] Pieces(string text, int most)
    {
        CorpusSettings corpus = Reading.Corpus(_folder.Write("a.txt", text)) with { Split = TextSplit.Tokens };
        return string.IsNullOrWhiteSpace(text) ? [] : Reading.All(corpus, limit: new(most, Words));
    }
}
