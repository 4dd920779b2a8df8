using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using FsCheck;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Data.Tests.Records;
using MolEngine.Support;
using ZstdSharp;

namespace MolEngine.Data.Tests.Files;

/// <summary>What files are by their bytes: packed, in UTF-16, or none of ours.</summary>
public sealed class CorpusContentTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Zstandard_is_unpacked_frame_by_frame_and_must_be_whole()
    {
        byte[] first = Zstd("{\"text\": \"a\"}\n"), second = Zstd("{\"text\": \"b\"}\n");
        byte[] skippable = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        Assert.Equal(["a", "b"], Texts("a.jsonl.zst", [.. first, .. second]));
        Assert.Equal(["a", "b"], Texts("b.jsonl", [.. skippable, .. first, .. second]));
        for (int cut = 1; cut < second.Length; cut++)
        {
            UserException e = Assert.Throws<UserException>(() => Texts("c.jsonl.zst", [.. first, .. second[..^cut]]));
            Assert.Contains("expected whole Zstandard data", e.Message);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Utf16_is_read_in_all_formats(bool bigEndian)
    {
        Encoding utf16 = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        string repeated = string.Concat(Enumerable.Repeat("Ċ\U0001F41Dé\r\n", 30_000));
        byte[] Bytes(string text) => [.. utf16.GetPreamble(), .. utf16.GetBytes(text)];
        Assert.Equal([repeated.Replace("\r\n", "\n").Trim()], Texts("a.txt", Bytes(repeated)));
        Assert.Equal(["Ċ\U0001F41D"], Texts("a.jsonl", Bytes("{\"text\": \"Ċ\U0001F41D\"}\n")));
        Assert.Equal(["x\ny", "z"], Texts("a.csv", Bytes("text,b\n\"x\ny\",1\nz,2\n")));
        Assert.Equal(["a"], Texts("a.txt.gz", Gzip(Bytes("a"))));
    }

    /// <summary>Every byte of a packed file in turn: it is read all the same, or refused, and never in a library's
    /// words.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Damaged_packed_data_is_told_in_our_own_words(bool isZstandard)
    {
        const string Content = "{\"text\": \"aaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbb\"}\n";
        byte[] whole = isZstandard ? Zstd(Content) : Gzip(Encoding.UTF8.GetBytes(Content));
        int refused = 0;
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x11;
            string path = _folder.Write("a.jsonl", damaged);
            if (Record.Exception(() => Reading.All(Reading.Corpus(path))) is not { } problem)
                continue;
            refused++;
            Assert.IsAssignableFrom<UserException>(problem);
            if (problem.Message.Split("while unpacking: ") is [_, var why])
            {
                Assert.True(
                    why.StartsWith("its bytes are damaged, or a checksum is not theirs. Fetch")
                        || why.StartsWith("the file ends before its data does. Fetch"), why);
            }
        }

        // Zstandard files need not have a checksum: some bytes can be changed unseen.
        Assert.InRange(refused, isZstandard ? whole.Length / 4 : whole.Length / 2, whole.Length);
    }

    [Fact]
    public void Half_a_character_of_utf16_is_an_error_at_its_byte()
    {
        byte[] Bytes(string text) => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)];
        byte[] lone = [.. Bytes("ab\ncd"), 0x00, 0xD8, .. Encoding.Unicode.GetBytes("x\ny")];
        CorpusSettings corpus = Reading.Corpus(_folder.Write("a.txt", lone)) with { Split = TextSplit.Lines };
        var skipped = new List<BadRecordException>();
        Assert.Equal(["ab"], Reading.All(corpus, skipped).Select(r => r.Text));
        Assert.Contains(
            "a.txt:2: record: expected UTF-16, got half of a character (D800) at byte 12", skipped[0].Message);
        corpus = Reading.Corpus(_folder.Write("b.txt", [.. Bytes("a\nb"), 0x41]));
        BadRecordException e = Assert.Throws<BadRecordException>(() => Reading.All(corpus));
        Assert.Contains("b.txt:2: record: expected an even number of bytes of UTF-16, got 9", e.Message);
        Assert.Contains("at byte 8 of the file", e.Message);
    }

    [Theory]
    [InlineData("%PDF-1.7 ...", "PDF. Convert it to text")]
    [InlineData("PK\u0003\u0004......word/document.xml", "a Word document (.docx)")]
    [InlineData("PK\u0003\u0004......xl/workbook.xml", "an Excel table (.xlsx)")]
    [InlineData("PK\u0003\u0004....mimetypeapplication/epub+zip", "an e-book (EPUB)")]
    [InlineData("PK\u0003\u0004....data.jsonl", "a ZIP archive. Unpack it")]
    [InlineData("<!DOCTYPE html>\n<p>", "HTML. Make text or Markdown of it")]
    [InlineData("\n <HTML>", "HTML.")]
    [InlineData("<?xml version=\"1.0\"?>", "XML.")]
    [InlineData("{\\rtf1 text}", "RTF.")]
    [InlineData("a\0b\0c\0\n\0", "UTF-16 without a byte order mark (every second byte is 0). Convert it to UTF-8 "
        + "(iconv -f UTF-16LE -t UTF-8)")]
    [InlineData("\0a\0b\0c\0\n", "-f UTF-16BE")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid", "a pointer of Git LFS")]
    [InlineData("BZh91AY", "bzip2.")]
    public void Other_kinds_are_refused_with_what_to_do(string content, string says)
    {
        foreach (string name in new[] { "a.txt", "a.jsonl", "a.csv", "a.bin" })
        {
            UserException e = Assert.Throws<UserException>(() => Texts(name, Encoding.Latin1.GetBytes(content)));
            Assert.StartsWith(Path.Combine(_folder.Root, name) + ": corpus: expected ", e.Message);
            Assert.Contains($"got {says}".Replace("got -f", "-f"), e.Message);
        }
    }

    [Fact]
    public void Markup_that_is_meant_is_text()
    {
        CorpusSettings corpus = Reading.Corpus(_folder.Write("a.html", "<html>\n<p>")) with { Format = "text" };
        Assert.Equal(["<html>\n<p>"], Reading.Texts(corpus));
    }

    [Theory]
    [InlineData("{\"text\": \"a\"}\n{\"text\": \"b\"}\n", true)]
    [InlineData("\n {\"text\": \"...", true)]
    [InlineData("{braces} begin this text\n", false)]
    [InlineData("[1] a footnote", false)]
    public void Records_under_a_name_of_text_are_told(string content, bool areRecords)
    {
        // A record longer than what is looked at.
        if (content.EndsWith("...", StringComparison.Ordinal))
            content = content[..^3] + new string('x', 5000) + "\"}\n";
        string path = _folder.Write("a.txt", content);
        if (areRecords)
        {
            string message = Assert.Throws<UserException>(() => Reading.Texts(Reading.Corpus(path))).Message;
            Assert.StartsWith($"{path}: corpus: expected plain text, as its name says, got JSON records", message);
        }

        Assert.Equal([content.Trim('\n')], Reading.Texts(Reading.Corpus(path) with { Format = "text" }));
    }

    [Fact]
    public void Binary_under_a_name_of_text_is_an_error_at_its_byte()
    {
        string path = _folder.Write("a.txt", [.. "ok\nab"u8, 0, 0, 7, .. "\nend"u8]);
        Assert.Contains(
            "a.txt:2: record: expected text, got a zero byte at byte 5",
            Assert.Throws<BadRecordException>(() => Reading.Texts(Reading.Corpus(path))).Message);
        var skipped = new List<BadRecordException>();
        Assert.Equal(
            ["ok", "end"],
            Reading.All(Reading.Corpus(path) with { Split = TextSplit.Lines }, skipped).Select(r => r.Text));
        Assert.Single(skipped);
    }

    [Fact]
    public void A_pipe_is_refused_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes of this test are made by mkfifo");
        string path = Path.Combine(_folder.Root, "pipe.txt");
        using (Process mkfifo = Process.Start("mkfifo", [path]))
            mkfifo.WaitForExit();
        Assert.Contains("got a named pipe", Assert.Throws<UserException>(() => CorpusContent.Open(path)).Message);
        Assert.Contains(
            "got a device", Assert.Throws<UserException>(() => CorpusContent.Open("/dev/zero")).Message);
    }

    /// <summary>Whatever bytes a file has: records, bad records or a sentence for people, and an end.</summary>
    [Property(MaxTest = 300)]
    public void Any_bytes_are_read_or_refused_in_words(byte[] noise, PositiveInt seed, NonNegativeInt kind)
    {
        (string Name, byte[] Content)[] seeds = Seeds();
        (string name, byte[] content) = seeds[kind.Get % seeds.Length];
        var random = new System.Random(seed.Get);
        byte[] bytes = [.. content];
        foreach (byte b in noise)
        {
            if (bytes.Length > 0)
                bytes[random.Next(bytes.Length)] = b;
        }

        if (random.Next(3) == 0)
            bytes = bytes[..random.Next(bytes.Length + 1)];
        if (random.Next(3) == 0)
            bytes = [.. bytes, .. noise];
        CorpusSettings corpus = Reading.Corpus(_folder.Write(name, bytes)) with
        {
            Split = (TextSplit)random.Next(3),
            Pairs = (PairStyle)random.Next(3),
        };
        try
        {
            Reading.All(corpus, []);
        }
        catch (UserException e)
        {
            Assert.StartsWith(corpus.Paths[0], e.Message);
            Assert.DoesNotContain("Exception", e.Message);
        }
    }

    private static (string Name, byte[] Content)[] Seeds()
    {
        byte[] lines = Encoding.UTF8.GetBytes(
            """
            {"text": "é\ud83d\udc1d"}
            {"messages": [{"role": "user", "content": [{"text": "a"}]}]}
            {"question": "q", "options": {"A": "x", "B": "y"}, "answer": 1, "n": [1e5, null]}

            """);
        byte[] table = "question,answer\r\n\"a, \"\"b\"\"\",c\r\nd,\"e\r\nf\"\r\n"u8.ToArray();
        return
        [
            ("a.jsonl", lines), ("b.json", [.. "["u8, .. lines.AsSpan(0, 30), .. "]"u8]),
            ("c.json", "{\n  \"text\": \"a\"\n}\n{\n \"text\": [1]}"u8.ToArray()), ("d.csv", table), ("e.tsv", table),
            ("f.txt", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("some\n\ntext é")]), ("g.txt", table),
            ("h.jsonl.gz", Gzip(lines)), ("i.jsonl.zst", Zstd(Encoding.UTF8.GetString(lines))),
            ("j.parquet", ParquetFormatTests.Small()),
        ];
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Zstd(string text)
    {
        using var packed = new MemoryStream();
        using (var zstd = new CompressionStream(packed, leaveOpen: true))
            zstd.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private string[] Texts(string name, byte[] content) =>
        Reading.Texts(Reading.Corpus(_folder.Write(name, content)));
}
