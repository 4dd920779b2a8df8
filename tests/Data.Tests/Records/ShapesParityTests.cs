using System.Text.Json;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Chat;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Records;

/// <summary>Files written for loaders, good and bad, with what they hold: found by listing.</summary>
public sealed class ShapesParityTests
{
    public static TheoryData<string> Good => Listed("expected.json");

    public static TheoryData<string> Plain => Listed("plain_text_readings.json");

    public static TheoryData<string> Bad => Listed("bad", "expected.json");

    /// <summary>Files of texts hold paragraphs there, and alpaca's history and system are honoured.</summary>
    [Theory]
    [MemberData(nameof(Good))]
    public void A_good_file_holds_what_is_expected(string file)
    {
        using JsonDocument expected = Expected("expected.json"), more = Expected("expected_extensions.json");
        JsonElement records = more.RootElement.TryGetProperty(file, out JsonElement extended)
            ? extended
            : expected.RootElement.GetProperty(file);
        bool paragraphs = file.EndsWith(".txt", StringComparison.Ordinal) || file.EndsWith('/');
        CorpusSettings corpus = Reading.Corpus(Shape(file.TrimEnd('/'))) with
        {
            Pairs = PairStyle.Chat,
            Split = paragraphs || file == "mixed" ? TextSplit.BlankLines : TextSplit.Whole,
        };
        AssertEqual([.. records.EnumerateArray()], Reading.All(corpus));
    }

    [Theory]
    [MemberData(nameof(Plain))]
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
    [MemberData(nameof(Bad))]
    public void A_bad_file_is_an_error_at_its_place_and_its_good_records_can_be_had(string file)
    {
        using JsonDocument expected = Expected("bad", "expected.json");
        JsonElement bad = expected.RootElement.GetProperty(file);
        CorpusSettings corpus = Reading.Corpus(Shape("bad", file)) with { Pairs = PairStyle.Chat };
        string outcome = bad.GetProperty("outcome").GetString()!;
        if (outcome == "records")
        {
            CorpusRecord[] got = Reading.All(corpus);
            AssertEqual([.. bad.GetProperty("records").EnumerateArray()], got);
            if (bad.TryGetProperty("record_lines", out JsonElement lines))
                Assert.Equal(lines.EnumerateArray().Select(l => l.GetInt64()), got.Select(r => r.Line));
            return;
        }

        if (bad.GetProperty("says").GetString()!.StartsWith("Zstandard", StringComparison.Ordinal))
        {
            // Zstandard is read here.
            Assert.NotEmpty(Reading.All(corpus));
            return;
        }

        UserException e = Assert.ThrowsAny<UserException>(() => Reading.All(corpus));
        bool hasLine = bad.GetProperty("line").ValueKind == JsonValueKind.Number;
        string place = hasLine ? $":{bad.GetProperty("line").GetInt64()}: " : ": ";
        Assert.StartsWith($"{corpus.Paths[0]}{place}", e.Message);
        if (hasLine && bad.TryGetProperty("byte", out JsonElement at))
            Assert.Contains($"at byte {at.GetInt64()} of the file", e.Message);
        if (!hasLine)
            return;
        int first = bad.TryGetProperty("record", out JsonElement record) ? record.GetInt32() - 1 : -1;
        JsonElement[] good = outcome == "error_or_records"
            ? [.. bad.GetProperty("records").EnumerateArray().Where((_, i) => i != first)]
            : [.. bad.GetProperty("good_records").EnumerateArray()];
        var skipped = new List<BadRecordException>();
        AssertEqual(good, Reading.All(corpus, skipped));
        Assert.Equal(e.Message, skipped[0].Message);
    }

    private static string Shape(params string[] parts) => Shared.FilePath(["data", "shapes", .. parts]);

    private static JsonDocument Expected(params string[] parts) => JsonDocument.Parse(File.ReadAllText(Shape(parts)));

    /// <summary>The files that an expectation names; one entry, so that the theory skips, where it is absent.</summary>
    private static TheoryData<string> Listed(params string[] parts)
    {
        string path = Path.Combine([Shared.Folder, "data", "shapes", .. parts]);
        if (!File.Exists(path))
            return [Shared.None];
        using var expected = JsonDocument.Parse(File.ReadAllText(path));
        return [.. expected.RootElement.EnumerateObject().Select(p => p.Name)];
    }

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
                    .Select(m => (m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!)),
                record.Messages!.Select(ThinkMarks.Default.Inline).Select(m => (m.Role, m.Content)));
        }
    }
}
