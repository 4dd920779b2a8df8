using System.Globalization;
using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Data.Tests.Records;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Files;

/// <summary>Parquet files of another writer, with every row as JSON: found by listing.</summary>
public sealed class ParquetParityTests
{
    private const string Rows = ".expected.jsonl.gz";

    public static TheoryData<string> Good
    {
        get
        {
            string folder = Path.Combine(Shared.Folder, "data", "parquet");
            return !Directory.Exists(folder)
                ? [Shared.None]
                : [.. Directory.GetFiles(folder, $"*{Rows}").Select(p => Path.GetFileName(p)[..^Rows.Length]).Order()];
        }
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void Every_row_is_what_its_writer_wrote(string name)
    {
        FileRecord[] expected = Records(Table(name + Rows), FileFormats.Json);
        FileRecord[] got = Records(Table($"{name}.parquet"), "parquet");
        Assert.Equal(expected.Length, got.Length);
        for (int row = 0; row < got.Length; row++)
        {
            Assert.Equal(row, got[row].Place.Line);
            AssertSame(expected[row].Fields, got[row].Fields, $"row {row}");
        }
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("brotli")]
    public void Codecs_of_the_library_are_read(string codec)
    {
        string[] texts = Reading.Texts(Reading.Corpus(Table($"{codec}.parquet")));
        Assert.Equal(20, texts.Distinct().Count());
        Assert.Equal(Reading.Texts(Reading.Corpus(Table("zstd.parquet"))), texts);
    }

    [Theory]
    [InlineData("truncated", "does not end with PAR1")]
    [InlineData("not_parquet", "does not begin with PAR1")]
    public void What_is_no_whole_parquet_is_told(string name, string says)
    {
        string path = Table($"{name}.parquet");
        UserException e = Assert.Throws<UserException>(() => Reading.All(Reading.Corpus(path)));
        Assert.StartsWith($"{path}: corpus: ", e.Message);
        Assert.Contains(says, e.Message);
    }

    [Theory]
    [InlineData("text_none_v2", "3,4,299", "text: expected a string, got null")]
    [InlineData("messages", "9,17,18,25,26,27,59", "messages: expected at least one message, got an empty list")]
    public void Rows_without_their_text_are_bad_by_row_and_column(string name, string rows, string first)
    {
        string path = Table($"{name}.parquet");
        var skipped = new List<BadRecordException>();
        CorpusRecord[] good = Reading.All(Reading.Corpus(path), skipped);
        Assert.Equal(rows.Split(',').Select(long.Parse), skipped.Select(s => s.Line));
        Assert.Equal($"{path}: row {skipped[0].Line}: {first}", skipped[0].Message);
        Assert.DoesNotContain(good, r => skipped.Any(s => s.Line == r.Line));
    }

    private static string Table(string file) => Shared.FilePath("data", "parquet", file);

    private static FileRecord[] Records(string path, string format)
    {
        using CorpusContent content = CorpusContent.Open(path);
        return [.. FileFormats.Of(format, content).Read(content, default).Select(o => o.Record!)];
    }

    /// <summary>Numbers are compared as numbers, everything else as it is.</summary>
    private static void AssertSame(DataValue expected, DataValue got, string where)
    {
        switch (expected, got)
        {
            case (NumberValue a, NumberValue b):
                Assert.Equal(
                    double.Parse(a.Literal, CultureInfo.InvariantCulture),
                    double.Parse(b.Literal, CultureInfo.InvariantCulture));
                break;
            case (ListValue a, ListValue b):
                Assert.True(a.Items.Count == b.Items.Count, where);
                for (int i = 0; i < a.Items.Count; i++)
                    AssertSame(a.Items[i], b.Items[i], $"{where}[{i}]");
                break;
            case (MapValue a, MapValue b):
                Assert.Equal(a.Entries.Select(e => e.Key), b.Entries.Select(e => e.Key));
                for (int i = 0; i < a.Entries.Count; i++)
                    AssertSame(a.Entries[i].Value, b.Entries[i].Value, $"{where}.{a.Entries[i].Key}");
                break;
            default:
                Assert.True(expected == got, $"{where}: expected {expected}, got {got}");
                break;
        }
    }
}
