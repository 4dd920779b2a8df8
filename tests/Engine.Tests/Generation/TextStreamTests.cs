using MolEngine.Engine.Generation;
using MolEngine.Engine.Tests.Tokenization;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Generation;

public sealed class TextStreamTests
{
    private static readonly List<(string Left, string Right)> Merges =
        MadeTokenizer.Train(["there", "then", "other"], 5);

    private static readonly int End = 256 + Merges.Count;

    private static readonly Tokenizer Tokenizer = MadeTokenizer.Parse(MadeTokenizer.Json(
        Merges, MadeTokenizer.ByteLevel(useRegex: false), $"[{MadeTokenizer.Added(End, "<|end|>")}]"));

    [Theory]
    [InlineData("one STOP two END", "END|STOP", "one ", "STOP")]
    [InlineData("abcabcd rest", "abcd", "abc", "abcd")]
    [InlineData("aaab", "aab", "a", "aab")]
    [InlineData("then the other", "the o", "then ", "the o")]
    [InlineData("xabc", "abc|bc", "x", "abc")]
    [InlineData("no such thing", "thingy|ng ", "no such thing", null)]
    [InlineData("", "x", "", null)]
    public void The_text_ends_before_a_stop_text(string text, string stops, string shown, string? found)
    {
        TextStream stream = Stream(stops.Split('|'));
        string got = string.Concat(Ids(text).Select(stream.Append)) + stream.Finish();
        Assert.Equal((shown, found), (got, stream.StopText));
        Assert.Equal((found is not null, found is null ? "length" : "stop"), (stream.HasStopped, stream.FinishReason));
        Assert.Equal(shown, stream.Text);
    }

    [Property]
    public void What_is_shown_depends_neither_on_tokens_nor_on_what_follows(byte[] text, byte[] stop, byte[] other)
    {
        // Of few letters, so that stop texts come, and begin without coming.
        string Letters(byte[] from) => string.Concat(from.Select(b => "thern é"[b % 7]));
        string all = Letters(text);
        string[] stops = [.. new[] { Letters(stop), Letters(other) }.Where(s => s.Length > 0)];
        int end = Enumerable.Range(0, all.Length + 1).FirstOrDefault(n => At(n).Any(), -1);
        string expected = end < 0 ? all : all[..(end - At(end).Max(s => s.Length))];
        foreach (int[] ids in (int[][])[Ids(all), Bytes(all)])
        {
            TextStream stream = Stream(stops);
            string got = "";
            foreach (int id in ids)
            {
                got += stream.Append(id);
                Assert.StartsWith(got, expected, StringComparison.Ordinal);
            }

            Assert.Equal(expected, got + stream.Finish());
            Assert.Equal(end >= 0, stream.HasStopped);
        }

        IEnumerable<string> At(int n) => stops.Where(s => all[..n].EndsWith(s, StringComparison.Ordinal));
    }

    [Fact]
    public void A_character_that_the_end_cuts_is_left_out()
    {
        int[] bytes = Bytes("a文b𝄞");
        for (int n = 0; n <= bytes.Length; n++)
        {
            TextStream stream = Stream([]);
            string got = string.Concat(bytes.Take(n).Select(stream.Append)) + stream.Finish();
            Assert.Equal(n switch { 0 => "", < 4 => "a", 4 => "a文", < 9 => "a文b", _ => "a文b𝄞" }, got);
        }
    }

    [Fact]
    public void A_stop_id_ends_the_text_and_is_none_of_it()
    {
        TextStream stream = Stream(["</s>"]);
        string got = string.Concat(new[] { Ids("so </"), [End], Ids("more") }.SelectMany(x => x).Select(stream.Append));
        Assert.Equal(("so </", true, null), (got, stream.HasStopped, stream.StopText));
        Assert.Equal("", stream.Finish());
    }

    [Fact]
    public void An_empty_stop_text_is_refused() => Assert.Throws<ArgumentException>(() => Stream([""]));

    private static TextStream Stream(string[] stops) => new(Tokenizer, [End], stops);

    private static int[] Ids(string text) => Tokenizer.Encode(text, addSpecialTokens: false);

    /// <summary>A token for each byte.</summary>
    private static int[] Bytes(string text) =>
        [.. System.Text.Encoding.UTF8.GetBytes(text).Select(b => Enumerable.Range(0, 256).Single(
            id => Tokenizer.TokenText(id) == MadeTokenizer.Spell(b)))];
}
