using MolEngine.Data.Files;

namespace MolEngine.Data.Tests.Files;

public sealed class FileFormatsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_format_has_a_name_extensions_and_a_last_one_that_reads_any_file_of_its_name()
    {
        Assert.Equal(["text", "json", "csv", "tsv", "parquet"], FileFormats.Names);
        Assert.All(FileFormats.All, f => Assert.All(f.Extensions, e => Assert.Matches("^\\.[a-z]+$", e)));
        foreach (string name in FileFormats.Names)
        {
            Assert.All(FileFormats.All.Where(f => f.Name == name).SelectMany(f => f.Extensions), e => Assert.Equal(
                name, FileFormats.NameOf(e)));
            Assert.True(FileFormats.All.Last(f => f.Name == name).Fits([]));
        }

        Assert.Equal("text", FileFormats.NameOf(".MD"));
        Assert.Null(FileFormats.NameOf(".pdf"));
        Assert.Null(FileFormats.NameOf(""));
    }

    [Theory]
    [InlineData("json", "{\"text\": 1}", typeof(JsonLinesFormat))]
    [InlineData("json", " \n\t[{}]", typeof(JsonArrayFormat))]
    [InlineData("json", "", typeof(JsonLinesFormat))]
    [InlineData("json", "{\n  \"text\": 1\n}", typeof(JsonObjectsFormat))]
    [InlineData("json", "{\"text\": \"a\n\"}", typeof(JsonLinesFormat))]
    [InlineData("text", "[1]", typeof(PlainTextFormat))]
    [InlineData("csv", "a,b", typeof(CsvFormat))]
    [InlineData("json", "PAR1", typeof(ParquetFormat))]
    public void Formats_of_one_name_are_told_apart_by_the_first_bytes(string name, string content, Type expected)
    {
        using CorpusContent file = CorpusContent.Open(_folder.Write("file", content));
        Assert.IsType(expected, FileFormats.Of(name, file));
    }
}
