using System.Text.Json;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Chat;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Records;

/// <summary>Files written for loaders, good and bad, with what they hold.</summary>
public sealed class ShapesParityTests
{
    [Theory]
    [InlineData("messages.jsonl", 6)]
    [InlineData("prompt_completion.jsonl", 6)]
    [InlineData("text_utf8_bom.jsonl", 5)]
    [InlineData("text.jsonl.gz", 6)]
    [InlineData("book.md", 1)]
    [InlineData("mixed/a_messages.jsonl", null)]
    [InlineData("mixed/e_text.jsonl.gz", null)]
    public void A_good_file_holds_what_is_expected(string file, int? count)
    {
        using JsonDocument expected = Expected("expected.json");
        JsonElement[] records = [.. expected.RootElement.GetProperty(file).EnumerateArray()];
        CorpusRecord[] got = Reading.All(Reading.Corpus(Shape(file)) with { Pairs = PairStyle.Chat });
        Assert.Equal(count ?? got.Length, records.Length);
        AssertEqual(records, got);
    }

    [Theory]
    [InlineData("book.md")]
    [InlineData("paragraphs.txt")]
    [InlineData("mixed/f_note.txt")]
    public void Plain_text_is_split_as_asked(string file)
    {
        using JsonDocument expected = Expected("plain_text_readings.json");
        JsonElement readings = expected.RootElement.GetProperty(file);
        foreach ((string reading, TextSplit split) in
            new[] { ("whole_file", TextSplit.Whole), ("by_blank_line", TextSplit.BlankLines),
                ("by_line", TextSplit.Lines) })
        {
            CorpusRecord[] got = Reading.All(Reading.Corpus(Shape(file)) with { Split = split });
            AssertEqual([.. readings.GetProperty(reading).EnumerateArray()], got);
        }
    }

    [Theory]
    [InlineData("truncated.jsonl")]
    [InlineData("wrong_key.jsonl")]
    [InlineData("number_text.jsonl")]
    [InlineData("invalid_utf8.jsonl")]
    [InlineData("latin1.txt")]
    [InlineData("nul.jsonl")]
    [InlineData("zero_tail.jsonl")]
    [InlineData("array_not_closed.json")]
    public void A_bad_record_is_an_error_at_its_place_and_can_be_skipped(string file)
    {
        using JsonDocument expected = Expected("bad", "expected.json");
        JsonElement bad = expected.RootElement.GetProperty(file);
        string path = Shape("bad", file);
        UserException e = Assert.Throws<BadRecordException>(() => Reading.All(Reading.Corpus(path)));
        Assert.StartsWith($"{path}:{bad.GetProperty("line").GetInt64()}: ", e.Message);
        if (bad.TryGetProperty("byte", out JsonElement at))
            Assert.Contains($"at byte {at.GetInt64()} of the file", e.Message);

        var skipped = new List<BadRecordException>();
        AssertEqual(
            [.. bad.GetProperty("good_records").EnumerateArray()], Reading.All(Reading.Corpus(path), skipped));
        Assert.Equal(e.Message, Assert.Single(skipped).Message);
    }

    [Theory]
    [InlineData("empty.jsonl", "no records (0 bytes)")]
    public void A_file_that_is_none_of_ours_is_an_error_whatever_is_skipped(string file, string says)
    {
        string path = Shape("bad", file);
        UserException e = Assert.Throws<UserException>(() => Reading.All(Reading.Corpus(path), []));
        Assert.StartsWith(path, e.Message);
        Assert.Contains(says, e.Message);
    }

    [Theory]
    [InlineData("blank_lines.jsonl")]
    [InlineData("huge_number.jsonl")]
    public void What_looks_bad_and_is_not_loads(string file)
    {
        using JsonDocument expected = Expected("bad", "expected.json");
        JsonElement good = expected.RootElement.GetProperty(file);
        CorpusRecord[] got = Reading.All(Reading.Corpus(Shape("bad", file)));
        AssertEqual([.. good.GetProperty("records").EnumerateArray()], got);
        if (good.TryGetProperty("record_lines", out JsonElement lines))
            Assert.Equal(lines.EnumerateArray().Select(l => l.GetInt64()), got.Select(r => r.Line));
    }

    private static string Shape(params string[] parts) => Shared.FilePath(["data", "shapes", .. parts]);

    private static JsonDocument Expected(params string[] parts) => JsonDocument.Parse(File.ReadAllText(Shape(parts)));

    private static void AssertEqual(JsonElement[] expected, CorpusRecord[] got)
    {
        Assert.Equal(expected.Length, got.Length);
        foreach ((JsonElement want, CorpusRecord record) in expected.Zip(got))
        {
            if (want.TryGetProperty("text", out JsonElement text))
            {
                Assert.Equal(text.GetString(), record.Text);
                continue;
            }

            Assert.Equal(
                want.GetProperty("messages").EnumerateArray()
                    .Select(m => new ChatMessage(
                        m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!)),
                record.Messages);
        }
    }
}
