using System.Text;
using MolEngine.Data.Records;
using MolEngine.Data.Tests.Records;

namespace MolEngine.Data.Tests;

public sealed class JsonlReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_texts_with_their_lines()
    {
        TextRecord[] records = Read(
            "{\"text\": \"a\"}\r\n\n  \t\r\n{\"id\": [1, {\"text\": \"no\"}], \"text\": "
                + "\"b\\r\\nc\"}\n{\"text\":\"\"}");
        Assert.Equal([new("a", 1), new("b\r\nc", 4), new("", 5)], records);
    }

    [Fact]
    public void A_byte_order_mark_is_no_text_but_one_inside_is() =>
        Assert.Equal(["x", "\uFEFFy"], Read("\uFEFF{\"text\": \"x\"}\n{\"text\": \"\uFEFFy\"}\n").Select(r => r.Text));

    [Fact]
    public void Only_line_feeds_end_lines() =>
        Assert.Equal(
            ["a\u2028b\u0085c", "\U0001F41D"],
            Read("{\"text\": \"a\u2028b\u0085c\"}\n{\"text\": \"\\ud83d\\udc1d\"}").Select(r => r.Text));

    /// <summary>Bytes of a line, its end apart, up to the limit; one more is refused before the rest is read.</summary>
    [Theory]
    [InlineData("a.jsonl", 2047, true)]
    [InlineData("a.jsonl", 2048, false)]
    [InlineData("a.json", 2040, true)]
    [InlineData("a.json", 2100, false)]
    [InlineData("a.txt", 2047, true)]
    [InlineData("a.txt", 2049, false)]
    [InlineData("a.csv", 2000, true)]
    [InlineData("a.csv", 5000, false)]
    public void A_record_has_a_limit(string name, int length, bool isRead)
    {
        string text = name switch
        {
            "a.jsonl" => $"{{\"text\": \"{new string('x', length - 12)}\"}}\n{{\"text\": \"b\"}}\n",
            "a.json" => $"[{{\"text\": \"{new string('x', length - 12)}\"}}]",
            "a.csv" => $"text,n\n{new string('x', length - 3)},1\n",
            _ => new string('x', length),
        };
        CorpusSettings corpus = Reading.Corpus(_folder.Write(name, text)) with { LongestRecord = 2048 };
        if (isRead)
        {
            Assert.NotEmpty(Reading.Texts(corpus));
            return;
        }

        Assert.Contains(
            "record: expected at most 2,048 bytes (record_bytes of its corpus), got more",
            Assert.ThrowsAny<UserException>(() => Reading.Texts(corpus)).Message);
    }

    [Fact]
    public void Lines_longer_than_the_buffer_are_whole()
    {
        string[] texts =
            [new string('x', 300_000), "short",
                string.Concat(Enumerable.Range(0, 250_000).Select(i => (char)('a' + (i % 26)))), "end"];
        TextRecord[] records = Read(string.Join('\n', texts.Select(t => $"{{\"text\": \"{t}\"}}")));
        Assert.Equal(texts, records.Select(r => r.Text));
        Assert.Equal([1L, 2, 3, 4], records.Select(r => r.Line));
    }

    [Theory]
    [InlineData(
        "{\"text\": \"a\"}\n{\"body\": \"b\", \"title\": 1}\n",
        ":2: record: expected a key \"text\", got the keys body, title")]
    [InlineData(
        "{\"text\": \"a\"}\n{\"text\": 7}\n",
        ":2: text: expected a string, got a number at byte 23 of the file")]
    [InlineData("{\"text\": \"a\"}\n{\"text\": null}\n", ":2: text: expected a string, got null")]
    [InlineData("[[{\"text\": \"a\"}]]\n", ":1: record: expected an object {\"key\": value, ...}, got an array")]
    [InlineData("{\"text\": \"a\"}\n[1]\n", ":2: record: expected an object {\"key\": value, ...}, got an array")]
    [InlineData(
        "{\"text\": \"a\"}\n\n{\"text\": \"b",
        ":3: record: expected one JSON object, got its end inside a string at byte 26 of the file")]
    [InlineData(
        "{\"text\": \"a\"} {\"text\": \"b\"}\n",
        ":1: record: expected one JSON object, got more after its end, '{' at byte 14 of the file")]
    [InlineData("{\"text\": \"a\0b\"}\n", ":1: record: expected one JSON object, got the raw byte 00 inside a string "
        + "(written \\u0000 there) at byte 11")]
    [InlineData("{\"text\": \"\\ud83d alone\"}\n", ":1: record: expected whole characters, got half of a surrogate "
        + "pair (\\uD800 to \\uDFFF) in the string at byte 9")]
    [InlineData("", "expected a record {\"text\": ...} a line, got no records (0 bytes)")]
    [InlineData("\n  \n", "got no records (4 bytes)")]
    public void A_bad_record_names_file_line_and_what_was_expected(string content, string expected)
    {
        string path = _folder.Write("bad.jsonl", content);
        UserException e = Assert.ThrowsAny<UserException>(() => JsonlReader.Read(path).ToList());
        Assert.StartsWith(path, e.Message);
        Assert.Contains(expected, e.Message);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_an_error_with_their_offset()
    {
        string path = _folder.Write(
            "latin.jsonl",
            [.. Encoding.UTF8.GetBytes("{\"text\": \"ok\"}\n{\"text\": \"caf"), 0xE9, .. "\"}\n"u8.ToArray()]);
        UserException e = Assert.ThrowsAny<UserException>(() => JsonlReader.Read(path).ToList());
        Assert.Contains(":2: record: expected UTF-8, got the byte E9 at byte 28 of the file", e.Message);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0, 0 }, "UTF-32")]
    [InlineData(new byte[] { 0x7B, 0, 0x22, 0, 0x61, 0, 0x22, 0 }, "UTF-16 without a byte order mark")]
    [InlineData(new byte[] { 0x50, 0x4B, 3, 4, 0x78, 0x6C, 0x2F }, "an Excel table (.xlsx)")]
    [InlineData(new byte[] { 0x25, 0x50, 0x44, 0x46, 0x2D, 0x31 }, "PDF")]
    public void Other_formats_are_refused_by_name(byte[] head, string name)
    {
        string path = _folder.Write("other.jsonl", head);
        Assert.Contains($"got {name}", Assert.ThrowsAny<UserException>(() => JsonlReader.Read(path).ToList()).Message);
    }

    [Fact]
    public void Absent_files_and_folders_are_named()
    {
        Assert.Contains(
            "no such file", Assert.ThrowsAny<UserException>(() => JsonlReader.Read(Path.Combine(_folder.Root,
                "gone")).ToList()).Message);
        Assert.Contains(
            "got a folder", Assert.ThrowsAny<UserException>(() => JsonlReader.Read(_folder.Root).ToList()).Message);
    }

    private TextRecord[] Read(string content) => [.. JsonlReader.Read(_folder.Write("data.jsonl", content))];
}
