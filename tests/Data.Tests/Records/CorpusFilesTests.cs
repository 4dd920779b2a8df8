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
    public void What_tells_of_the_files_is_read_where_it_is_named()
    {
        _folder.Folder("f");
        foreach (string file in new[] { "f/a.txt", "f/Readme.md", "f/LICENSE.txt", "f/licence_plates.txt" })
            _folder.Write(file, "x");
        string[] Names(string path, out IReadOnlyList<string> others) =>
            [.. CorpusFiles.Of(Reading.Corpus(Path.Combine(_folder.Root, path)), out others)
                .Select(f => Path.GetFileName(f.Path))];
        Assert.Equal(["a.txt", "licence_plates.txt"], Names("f", out IReadOnlyList<string> others));
        Assert.Equal(2, others.Count);
        Assert.All(others, o => Assert.EndsWith(" (it tells of the others; name it to read it)", o));
        Assert.Equal(["LICENSE.txt"], Names("f/LICENSE.txt", out _));
        Assert.Equal(["LICENSE.txt", "a.txt", "licence_plates.txt"], Names("f/*.txt", out _));
    }

    [Fact]
    public void Files_of_unknown_names_need_their_format_said()
    {
        string path = _folder.Write("notes", "some text");
        Assert.Contains(
            "expected a file named .txt .text .md .markdown .json .jsonl .ndjson .csv .tsv .tab .parquet "
            + "(with .gz or .zst too), got no extension",
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
    [InlineData("*.txt", "a.txt")]
    [InlineData("**/*.txt", "a.txt b/c.txt b/d/e.txt")]
    [InlineData("b/**", "b/c.txt b/d/e.txt b/d/f.md")]
    [InlineData("**/d/?.*", "b/d/e.txt b/d/f.md")]
    [InlineData("b/*/e.txt", "b/d/e.txt")]
    public void A_pattern_names_the_files_that_match(string pattern, string expected)
    {
        _folder.Folder("b/d");
        foreach (string file in new[] { "a.txt", "b/c.txt", "b/d/e.txt", "b/d/f.md", "a.pdf", "b/.g.txt" })
            _folder.Write(file, "x");
        CorpusSettings corpus = Reading.Corpus(Path.Combine(_folder.Root, pattern));
        Assert.Equal(
            expected.Split(' '),
            CorpusFiles.Of(corpus, out _).Select(f => Path.GetRelativePath(_folder.Root, f.Path)));
        Assert.True(CorpusFiles.Exists(corpus.Paths[0]));
        Assert.Contains(
            "that match the pattern, got none",
            Assert.Throws<UserException>(
                () => CorpusFiles.Of(Reading.Corpus(Path.Combine(_folder.Root, "z*")), out _)).Message);
    }

    [Fact]
    public void A_file_is_read_once_under_whatever_names()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right on Windows");
        _folder.Folder("z/in");
        string file = _folder.Write("z/in/a.txt", "once");
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "z", "in", "link.txt"), file);
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "z", "nothing.txt"), Path.Combine(_folder.Root, "gone"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Root, "a"), Path.Combine(_folder.Root, "z"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Root, "z", "self"), _folder.Root);
        CorpusSettings corpus = Reading.Corpus(_folder.Root);
        Assert.Equal(["once"], Reading.Texts(corpus));
        CorpusFile only = Assert.Single(CorpusFiles.Of(corpus, out IReadOnlyList<string> others));
        Assert.Equal((file, true), (only.Path, only.IsFound));
        Assert.Equal(
            ["a", "z/in/link.txt", "z/nothing.txt", "z/self"],
            others.Select(o => Path.GetRelativePath(_folder.Root, o.Split(" (")[0])).Order(StringComparer.Ordinal));
        Assert.Contains(others, o => o.EndsWith($"(the same file as {file})", StringComparison.Ordinal));
        Assert.Contains(
            "got it twice in path (as",
            Assert.Throws<UserException>(
                () => Reading.All(Reading.Corpus(file, Path.Combine(_folder.Root, "z", "in", "link.txt")))).Message);
    }

    [Fact]
    public void Hard_links_and_pipes_in_a_folder_are_passed_over()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ln and mkfifo make what is tried here");
        string file = _folder.Write("a.txt", "once");
        Run("ln", file, Path.Combine(_folder.Root, "b.txt"));
        Run("mkfifo", Path.Combine(_folder.Root, "c.txt"));
        Assert.Equal(["once"], Reading.Texts(Reading.Corpus(_folder.Root)));
        CorpusFiles.Of(Reading.Corpus(_folder.Root), out IReadOnlyList<string> others);
        Assert.Equal(
            ["b.txt (the same file as", "c.txt (a pipe)"],
            others.Select(o => Path.GetRelativePath(_folder.Root, o).Split(" /")[0]));

        static void Run(string tool, params string[] arguments)
        {
            using var process = System.Diagnostics.Process.Start(tool, arguments);
            process.WaitForExit();
        }
    }

    [Fact]
    public void A_pipe_that_is_named_is_refused_before_it_is_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "mkfifo makes what is tried here");
        string pipe = Path.Combine(_folder.Root, "p.jsonl");
        using (var process = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            process.WaitForExit();
        Assert.Contains(
            "got a named pipe. Write its content into a file",
            Assert.Throws<UserException>(() => CorpusFiles.Of(Reading.Corpus(pipe), out _)).Message);
    }

    [Fact]
    public void Where_no_file_is_left_it_is_told_why()
    {
        string folder = _folder.Folder("f");
        Assert.EndsWith("expected files in the folder, got none at all. Check the path", Message(folder));
        Assert.EndsWith(
            "expected files that match the pattern, got none at all. `*` stands for what is in one name, `**` for "
                + "folders", Message(Path.Combine(folder, "x*.jsonl")));
        _folder.Write("f/a.pdf", "x");
        Assert.Contains(
            $"in the folder, got none, but {folder}{Path.DirectorySeparatorChar}a.pdf. Say", Message(folder));

        static string Message(string path) =>
            Assert.Throws<UserException>(() => CorpusFiles.Of(Reading.Corpus(path), out _)).Message;
    }

    [Fact]
    public void A_name_that_is_no_text_is_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "names are bytes there");
        Run("touch");
        UserException e = Assert.Throws<UserException>(() => Reading.All(Reading.Corpus(_folder.Root)));
        Assert.Contains("expected a name in UTF-8, got other bytes", e.Message);
        Run("rm");

        void Run(string tool)
        {
            using var bash = System.Diagnostics.Process.Start(
                "bash", ["-c", $"{tool} $'{_folder.Root}/caf\\xe9.txt'"]);
            bash.WaitForExit();
        }
    }

    [Fact]
    public void An_empty_file_in_a_folder_is_counted_and_one_that_is_named_is_an_error()
    {
        string empty = _folder.Write("a.jsonl", "");
        _folder.Write("b.txt", "text");
        var report = new ReadingReport([]);
        CorpusSettings corpus = Reading.Corpus(_folder.Root);
        Assert.Equal(["text"], Reading.All(corpus, report: report).Select(r => r.Text));
        Assert.Equal([empty], report.Summary().EmptyFiles);
        Assert.Contains("1 empty file: ", Assert.Single(report.Summary().Lines("c")));
        Assert.Contains(
            "got no records (0 bytes)",
            Assert.Throws<UserException>(() => Reading.All(Reading.Corpus(empty), report: report)).Message);
    }

    [Theory]
    [InlineData("/x/a.jsonl.gz", "a")]
    [InlineData("/x/a.csv.zst", "a")]
    [InlineData("/x/books/**/*.txt", "books")]
    [InlineData("/x/a.b.txt", "a.b")]
    [InlineData("/x/books/", "books")]
    public void A_corpus_is_called_as_its_file(string path, string name) =>
        Assert.Equal(name, CorpusFiles.NameOf(path));
}
