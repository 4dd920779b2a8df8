using FsCheck;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Chat;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

public sealed class CorpusLoaderTests : IDisposable
{
    private const int End = 100_000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 40)]
    public void Changing_one_record_changes_only_its_tokens(
        NonEmptyArray<byte> lengths, byte which, PackingKind packing)
    {
        int changed = which % lengths.Get.Length;
        string[] Texts(string mark) =>
            [.. lengths.Get.Select((n, i) => new string((char)('a' + (i % 26)), n) + (i == changed ? mark : ""))];
        PackedCorpus Corpus(string mark) =>
            Load(Write("a.jsonl", Texts(mark)), new(16, null, null, 0, []) { Packing = packing }).Train;
        PackedCorpus before = Corpus("x"), after = Corpus("y");
        Assert.Equal(before.Documents, lengths.Get.Length);
        Assert.Equal(before.Rows, after.Rows);
        for (int d = 0; d < before.Documents; d++)
        {
            bool same = before.Document(d).SequenceEqual(after.Document(d));
            Assert.Equal(d != changed, same);
        }

        // Row by row it is one token of one document, and no border moves.
        int differing = 0;
        for (int r = 0; r < before.Rows; r++)
        {
            Assert.Equal(before.Row(r).DocumentStarts, after.Row(r).DocumentStarts);
            differing += before.Row(r).Tokens.ToArray().Zip(after.Row(r).Tokens.ToArray()).Count(
                p => p.First != p.Second);
        }

        Assert.Equal(1, differing);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void What_comes_out_does_not_depend_on_threads_and_progress_tells_all_of_it(int threads, bool isLink)
    {
        string[] texts = [.. Enumerable.Range(0, 9000).Select(i => $"{i}: {new string('x', i % 50)}")];
        string path = Write("a.jsonl", texts);
        string read = isLink ? Path.Combine(_folder.Root, "link.jsonl") : path;
        if (isLink)
            File.CreateSymbolicLink(read, path);
        var seen = new List<TokenizingProgress>();
        PackedCorpus corpus = Load(read, new(64, null, null, 0, []), threads, seen).Train;
        Assert.Equal(texts, Enumerable.Range(0, corpus.Documents).Select(d => Text(corpus.Document(d))));
        Assert.True(seen.Count > 2);
        Assert.Equal(seen.Select(p => p.Documents).Order(), seen.Select(p => p.Documents));
        Assert.All(seen, p => Assert.InRange(p.BytesRead, 1, p.TotalBytes));
        Assert.Equal((new FileInfo(path).Length, 9000, corpus.Tokens),
            (seen[^1].BytesRead, seen[^1].Documents, seen[^1].Tokens));
    }

    /// <summary>A file without a byte is empty whatever its name says.</summary>
    [Fact]
    public void Empty_files_of_a_folder_are_told_and_a_corpus_of_nothing_else_is_refused()
    {
        string folder = _folder.Folder("f");
        foreach (string name in new[] { "f/a.parquet", "f/b.csv", "f/c.json", "f/d.txt.gz", "f/e.md" })
            _folder.Write(name, "");
        Assert.EndsWith(
            "corpus c: expected at least one record, got none: all its files are empty",
            Assert.Throws<UserException>(() => Load(folder, new(64, null, null, 0, []))).Message);
        _folder.Write("f/g.jsonl", "{\"text\": \"x\"}");
        Corpus corpus = Load(folder, new(64, null, null, 0, []));
        Assert.Equal(1, corpus.Train.Documents);
        Assert.Contains("5 empty files: ", Assert.Single(corpus.Source.Notes));
    }

    [Fact]
    public void Skipped_records_are_counted_and_the_first_of_them_listed()
    {
        string path = _folder.Write(
            "a.jsonl", string.Concat(Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? $"{{\"text\": \"{i}\"}}\n"
                : "{\"x\": 1}\n")));
        Corpus corpus = Load(path, new(64, null, null, 0, []) { SkipBadRecords = true });
        Assert.Equal(30, corpus.Train.Documents);
        Assert.Equal(30, corpus.Source.Skipped.Count);
        Assert.Equal(SkippedRecords.Named, corpus.Source.Skipped.First.Count);
        Assert.StartsWith($"{path}:2: record: expected the keys", corpus.Source.Skipped.First[0]);
        Assert.StartsWith(
            $"{path}:2: ", Assert.Throws<BadRecordException>(() => Load(path, new(64, null, null, 0, []))).Message);

        string bad = _folder.Write("bad.jsonl", "{\n");
        UserException e = Assert.Throws<UserException>(
            () => Load(bad, new(64, null, null, 0, []) { SkipBadRecords = true }));
        Assert.Contains($"expected at least one record, got 1 that were skipped. The first: {bad}:1: ", e.Message);
    }

    [Fact]
    public void A_dialogue_ends_as_its_template_does_and_with_document_end_where_that_is_another_token()
    {
        string path = _folder.Write(
            "a.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}\n{\"text\": \"hi\"}\n");
        DataSettings data = new(64, null, null, 0, [Reading(path)]);
        Corpus Load(DocumentTokenizer tokenizer) => new CorpusLoader(tokenizer, 1).Load(data)[0];

        const string Rendered = "<|im_start|>user\nhi<|im_end|>\n";
        Corpus own = Load(new DocumentTokenizer(Characters, End) { Writer = Dialogues.Writer });
        Assert.Equal(1, own.Source.Dialogues);
        Assert.Equal([.. Characters(Rendered), End], own.Train.Document(0));
        Assert.Equal([.. Characters("hi"), End], own.Train.Document(1));

        Corpus shared = Load(
            new DocumentTokenizer(Characters, End) { Writer = Dialogues.Writer, EndText = ChatMl.End });
        Assert.Equal(Characters(Rendered), shared.Train.Document(0));
        Assert.Equal([.. Characters("hi"), End], shared.Train.Document(1));

        UserException e = Assert.Throws<UserException>(() => Load(new DocumentTokenizer(Characters, End)));
        Assert.StartsWith(
            $"{path}:1: messages: expected a model with a chat template, or with the tokens <|im_start|> and "
                + "<|im_end|>", e.Message);
    }

    [Fact]
    public void Several_files_are_one_corpus_in_their_order()
    {
        string a = Write("b.jsonl", "one", "two"), b = _folder.Write("a.txt", "three");
        DataSettings data = new(64, null, null, 0, [new CorpusSettings("c", [a, b], CorpusKind.General)]);
        Corpus corpus = new CorpusLoader(new DocumentTokenizer(Characters, End), 2).Load(data)[0];
        Assert.Equal(["one", "two", "three"], Enumerable.Range(0, 3).Select(d => Text(corpus.Train.Document(d))));
        Assert.Equal((2, CorpusKind.General), (corpus.Source.Files, corpus.Kind));
    }

    [Fact]
    public void An_error_stops_the_reader_and_cancelling_stops_the_work()
    {
        string path = _folder.Write("a.jsonl", string.Concat(Enumerable.Repeat("{\"text\": \"a\"}\n", 9000)) + "{");
        Assert.StartsWith(
            $"{path}:9001: ", Assert.Throws<BadRecordException>(() => Load(path, new(64, null, null, 0, []))).Message);
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => new CorpusLoader(new DocumentTokenizer(Characters, End), 2)
            .Load(new(64, null, null, 0, [Reading(path)]), cancel.Token));
    }

    private static CorpusSettings Reading(string path) => new("c", path, CorpusKind.Domain);

    private static Corpus Load(string path, DataSettings data, int threads = 2,
        List<TokenizingProgress>? progress = null) =>
        new CorpusLoader(new DocumentTokenizer(Characters, End), threads, progress is null ? null
            : new Recorded(progress))
            .Load(data with { Corpora = [Reading(path)] })[0];

    private string Write(string name, params string[] texts) =>
        _folder.Write(name, string.Concat(texts.Select(t => $"{{\"text\": \"{t}\"}}\n")));

    private static int[] Characters(string text) => [.. text.Select(c => (int)c)];

    private static string Text(int[] document)
    {
        Assert.Equal(End, document[^1]);
        return string.Concat(document[..^1].Select(t => (char)t));
    }

    private sealed class Recorded(List<TokenizingProgress> seen) : IProgress<TokenizingProgress>
    {
        public void Report(TokenizingProgress value) => seen.Add(value);
    }
}
