using System.IO.Compression;
using System.Text;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

public sealed class FirstDocumentsTests : IDisposable
{
    private const int End = 256;

    private readonly TempFolder _folder = new();
    private readonly DocumentTokenizer _texts =
        DocumentTokenizer.Of(Tokenizer.Load(Material.Model), Material.Model, End);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void They_are_those_of_training_cut_to_a_number_of_tokens()
    {
        string corpus = _folder.Write("a.jsonl", """
            {"text": "abc"}
            {"text": "0123456789"}
            {"messages": [{"role": "user", "content": "a?"}, {"role": "assistant", "content": "b"}]}
            {"question": "a?", "answer": "b"}

            """);
        string dialogue = "<|im_start|>user\na?<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n";
        int[] asked = [.. _texts.Encode(dialogue), End];
        Assert.Equal(
            [[.. Ids("abc"), End], Ids("01234567"), asked[..8], [.. Ids("a?\nb"), End]], Of(corpus, tokens: 8));
        Assert.Equal([.. Ids("0123456789"), End], Of(corpus, tokens: 11)[1]);
    }

    /// <summary>What stands far behind is not looked at: here it is cut off.</summary>
    [Theory]
    [InlineData("book.txt.gz", "It was\n\n")]
    [InlineData("lines.jsonl.gz", "{\"text\": \"It was\"}\n")]
    public void No_more_is_read_than_they_take(string name, string text)
    {
        string path = Path.Combine(_folder.Root, name);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, 100_000))));
        File.WriteAllBytes(path, packed.ToArray()[..^100]);
        CorpusSettings corpus = new("c", path, CorpusKind.Domain);
        int[][] first = [.. FirstDocuments.Of(corpus, _texts, 6).Take(2)];
        Assert.Equal(2, first.Length);
        Assert.Equal(Ids("It was"), first[0]);
        Assert.ThrowsAny<UserException>(() => FirstDocuments.Of(corpus, _texts, 6).Count());
    }

    [Fact]
    public void Bad_records_are_passed_over_unless_there_is_nothing_else()
    {
        string corpus = _folder.Write("a.jsonl", "{\"other\": 5}\n{\"text\": 5x}\n{\"text\": \"abc\"}\n");
        Assert.Equal([[.. Ids("abc"), End]], Of(corpus, tokens: 8));
        corpus = _folder.Write("b.jsonl", string.Concat(Enumerable.Repeat("{\"other\": 5}\n", 1000)));
        Assert.ThrowsAny<UserException>(() => Of(corpus, tokens: 8));
        Assert.ThrowsAny<UserException>(() => Of(Path.Combine(_folder.Root, "absent.jsonl"), tokens: 8));
    }

    private static int[] Ids(string ascii) => [.. ascii.Select(c => (int)c)];

    private int[][] Of(string path, int tokens) =>
        [.. FirstDocuments.Of(new CorpusSettings("c", path, CorpusKind.Domain), _texts, tokens)];
}
