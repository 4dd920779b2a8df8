using MolEngine.Data.Records;

namespace MolEngine.Data.Tests.Records;

public sealed class CorpusFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_is_read_in_ordinal_order_and_a_list_in_its_own()
    {
        _folder.Folder("f/sub");
        foreach (string file in new[] { "f/b.txt", "f/B.md", "f/a10.jsonl", "f/a9.json.gz", "f/sub/z.TXT",
            "f/table.xlsx", "f/.hidden.txt" })
            _folder.Write(file, "x");
        string last = _folder.Write("a.ndjson", "x");
        CorpusSettings corpus = Reading.Corpus(Path.Combine(_folder.Root, "f"), last);
        CorpusFile[] files = [.. CorpusFiles.Of(corpus, out IReadOnlyList<string> others)];
        Assert.Equal(
            ["f/B.md", "f/a10.jsonl", "f/a9.json.gz", "f/b.txt", "f/sub/z.TXT", "a.ndjson"],
            files.Select(f => Path.GetRelativePath(_folder.Root, f.Path)));
        Assert.Equal(["text", "json", "json", "text", "text", "json"], files.Select(f => f.Format));
        Assert.Equal(
            ["f/table.xlsx", "f/.hidden.txt (hidden)"], others.Select(o => Path.GetRelativePath(_folder.Root, o)));
        Assert.Equal(7, CorpusFiles.Of(corpus with { Format = "text" }, out _).Count(f => f.Format == "text"));
    }

    [Fact]
    public void Files_of_unknown_names_need_their_format_said()
    {
        string path = _folder.Write("notes", "some text");
        Assert.Contains(
            "expected a file named .txt .text .md .markdown .json .jsonl .ndjson .csv .tsv .tab .parquet (with .gz or .zst too), "
            + "got no extension",
            Assert.Throws<UserException>(() => Reading.All(Reading.Corpus(path))).Message);
        Assert.Equal(["some text"], Reading.Texts(Reading.Corpus(path) with { Format = "text" }));
        string folder = _folder.Folder("empty");
        Assert.Contains("got none", Assert.Throws<UserException>(() => Reading.All(Reading.Corpus(folder))).Message);
    }

    [Fact]
    public void A_file_that_comes_twice_is_an_error()
    {
        string path = _folder.Write("a.txt", "x");
        Assert.Contains(
            "expected each file once, got it twice",
            Assert.Throws<UserException>(() => Reading.All(Reading.Corpus(path, _folder.Root))).Message);
    }

    [Theory]
    [InlineData("/x/a.jsonl.gz", "a")]
    [InlineData("/x/a.b.txt", "a.b")]
    [InlineData("/x/books/", "books")]
    public void A_corpus_is_called_as_its_file(string path, string name) =>
        Assert.Equal(name, CorpusFiles.NameOf(path));
}
