using System.Text;
using FsCheck;
using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Files;

public sealed class CsvFormatTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.csv", "a,b\r\n1,\"x, \"\"y\"\"\"\r\n", "a=1|b=x, \"y\"")]
    [InlineData("a.csv", "a;b\n1,5;x\n", "a=1,5|b=x")]
    [InlineData("a.csv", "a\tb\n1\t\"x\ny\"\n", "a=1|b=x\ny")]
    [InlineData("a.csv", "a|b\n1, 5|x\n", "a=1, 5|b=x")]
    [InlineData("a.csv", "text\none, two\n", "?")]
    [InlineData("a.csv", "text\n\"one, two\"\n\n", "text=one, two")]
    [InlineData("a.csv", "\"a,b\"\n1\n", "a,b=1")]
    [InlineData("a.csv", ",b\n 1 ,\n", "column 1= 1 |b=")]
    [InlineData("a.tsv", "a\tb\nsays \"x\"\t, ;\n", "a=says \"x\"|b=, ;")]
    [InlineData("a.tab", "a\tb\n\"x\ty\"\t\"\"\n", "a=x\ty|b=")]
    public void Rows_are_records_by_the_names_of_the_first(string name, string content, string expected)
    {
        FileOutcome[] got = Read(name, content);
        string shown = got[0].Record is not { } record ? "?" : string.Join(
            '|', record.Fields.Entries.Select(f => $"{f.Key}={((TextValue)f.Value).Text}"));
        Assert.Equal(expected, shown);
        Assert.Equal(2, got[0].Record?.Place.Line ?? 2);
    }

    [Theory]
    [InlineData("a,b\n1,2\n1,x\"y\n3,4\n", 3, "quotes around a whole field, got a quote in the middle of one", 11)]
    [InlineData("a,b\n1,2\n\"x\"y,1\n3,4\n", 3, "nothing between a closing quote and the end of its field", 11)]
    [InlineData("a,b\n1,2\n1,\"x\n3,4\n", 3, "the quote that opens a field closed by another", 10)]
    [InlineData("a,b\n1,2\n\"x\ny\",\"z\n", 4, "the quote that opens a field closed by another", 14)]
    [InlineData("a,b\n1,2\n1,2,3\n3,4\n", 3, "2 columns (a, b), got 3 columns", 8)]
    [InlineData("a,b\n1,2\nx\0,y\n3,4\n", 3, "text, got a zero byte", 9)]
    [InlineData("\uFEFFa,b\n1,2\n1\n3,4\n", 3, "2 columns (a, b), got 1 column", 11)]
    public void What_is_malformed_is_told_with_line_and_byte(string content, int line, string says, int at)
    {
        FileOutcome[] got = Read("a.csv", content);
        BadRecordException bad = Assert.Single(got, o => o.Problem is not null).Problem!;
        Assert.StartsWith($"{Path.Combine(_folder.Root, "a.csv")}:{line}: record: expected {says}", bad.Message);
        Assert.Contains($"at byte {at} of the file", bad.Message);
        Assert.NotNull(got[0].Record);
        Assert.Equal(content.EndsWith("3,4\n") && !says.Contains("opens"), got[^1].Record is not null);
    }

    [Fact]
    public void A_name_that_comes_twice_is_an_error()
    {
        BadRecordException bad = Assert.Single(Read("a.csv", "a,b,a\n1,2,3\n")).Problem!;
        Assert.Contains(":1: names of columns: expected each once in the first row, got \"a\" twice", bad.Message);
        Assert.Empty(Read("a.csv", "a,b\n"));
        Assert.Empty(Read("a.csv", ""));
    }

    [Property(MaxTest = 100)]
    public void What_is_quoted_comes_back(NonNull<string>[] cells, bool crlf, PositiveInt width)
    {
        int columns = 1 + (width.Get % 4);
        string[] texts = [.. cells.Select(c => c.Get.Replace("\0", "")).Where(IsWhole)];
        string[][] rows = [.. texts.Chunk(columns).Where(r => r.Length == columns)];
        string end = crlf ? "\r\n" : "\n";
        var csv = new StringBuilder(string.Join(',', Enumerable.Range(0, columns).Select(i => $"c{i}"))).Append(end);
        foreach (string[] row in rows)
            csv.AppendJoin(',', row.Select(c => $"\"{c.Replace("\"", "\"\"")}\"")).Append(end);
        FileOutcome[] got = Read("a.csv", csv.ToString());
        Assert.Equal(
            rows.SelectMany(r => r),
            got.SelectMany(o => o.Record!.Fields.Entries.Select(f => ((TextValue)f.Value).Text)));
    }

    private static bool IsWhole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    private FileOutcome[] Read(string name, string content)
    {
        string path = _folder.Write(name, content);
        using CorpusContent file = CorpusContent.Open(path);
        return [.. FileFormats.Of(FileFormats.NameOf(Path.GetExtension(name))!, file).Read(file, default)];
    }
}
