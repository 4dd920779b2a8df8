using System.Text.Json;
using MolEngine.Support;
using MolEngine.Trainer.Data;

namespace MolEngine.Trainer.Tests.Data;

/// <summary>Files written for loaders, with what they hold: those of them that are JSONL with <c>text</c>.</summary>
public sealed class JsonlParityTests
{
    [SkippableFact]
    public void Utf8_with_a_byte_order_mark_holds_what_is_expected()
    {
        using JsonDocument expected = JsonDocument.Parse(
            File.ReadAllText(Shared.FilePath("data", "shapes", "expected.json")));
        string?[] texts =
            [.. expected.RootElement.GetProperty("text_utf8_bom.jsonl").EnumerateArray().Select(r => r.GetProperty("text").GetString())];
        Assert.NotEmpty(texts);
        Assert.Equal(
            texts, JsonlReader.Read(Shared.FilePath("data", "shapes", "text_utf8_bom.jsonl")).Select(r => r.Text));
    }

    [SkippableTheory]
    [InlineData("truncated.jsonl", ":4:", "byte 115")]
    [InlineData("wrong_key.jsonl", ":4:", "body, title")]
    [InlineData("number_text.jsonl", ":3:", "byte 43")]
    [InlineData("invalid_utf8.jsonl", ":2:", "E9 at byte 32")]
    [InlineData("nul.jsonl", ":3:", "byte 92")]
    [InlineData("zero_tail.jsonl", ":3:", "byte 34")]
    [InlineData("empty.jsonl", "", "no records (0 bytes)")]
    [InlineData("zstd_misnamed.jsonl", "", "Zstandard")]
    public void A_bad_file_is_an_error_at_its_place(string file, string line, string says)
    {
        string path = Shared.FilePath("data", "shapes", "bad", file);
        UserException e = Assert.Throws<UserException>(() => JsonlReader.Read(path).ToList());
        Assert.StartsWith(path + line, e.Message);
        Assert.Contains(says, e.Message);
    }

    [SkippableFact]
    public void Blank_lines_and_huge_numbers_load()
    {
        Assert.Equal(
            [2L, 5, 7, 10], JsonlReader.Read(Shared.FilePath("data", "shapes", "bad", "blank_lines.jsonl")).Select(r => r.Line));
        Assert.Equal(4, JsonlReader.Read(Shared.FilePath("data", "shapes", "bad", "huge_number.jsonl")).Count());
    }
}
