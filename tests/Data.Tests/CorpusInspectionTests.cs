using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

public sealed class CorpusInspectionTests : IDisposable
{
    private static readonly string Model = Material.Model;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_show_documents_texts_and_what_counts()
    {
        string path = _folder.Write(
            "a.jsonl", "{\"text\": \"h\u00e9llo\"}\n{\"text\": \"\"}\n{\"text\": \"abcdefgh\"}\n");
        Tokenizer tokenizer = Tokenizer.Load(Model);
        string end = tokenizer.Decode([256], skipSpecialTokens: false);
        Corpus corpus = new CorpusLoader(DocumentTokenizer.Of(tokenizer, Model, 256), 1).Load(
            new DataSettings(10, null, null, 0, [new CorpusSettings("a", path, CorpusKind.General)]))[0];
        InspectedRow[] rows = [.. CorpusInspection.Rows(corpus.Train, tokenizer)];

        Assert.Equal(["h\u00e9llo" + end, end, "ab"], rows[0].Documents.Select(d => d.Text));
        Assert.Equal(["cdefgh" + end], rows[1].Documents.Select(d => d.Text));
        Assert.Equal([0, 7, 8], rows[0].Documents.Select(d => d.Start));
        Assert.Equal([0, 1], rows.Select(r => r.Row));
        Assert.All(rows, r => Assert.Equal(CorpusKind.General, r.Kind));

        // Two tokens make the accented letter: it shows with the second.
        Assert.Equal(["h", "", "\u00e9", "l", "l", "o", end], rows[0].Documents[0].Tokens.Select(t => t.Text));
        Assert.All(rows.SelectMany(r => r.Documents), d =>
            Assert.Equal(d.Tokens.Select((_, i) => i > 0), d.Tokens.Select(t => t.Counts)));
        Assert.Equal(
            corpus.Train.Row(0).EffectiveTokens, rows[0].Documents.Sum(d => d.Tokens.Count(t => t.Counts)));
        Assert.Equal(1, Assert.Single(CorpusInspection.Rows(corpus.Train, tokenizer, first: 1, count: 5)).Row);
        Assert.Single(CorpusInspection.Rows(corpus.Train, tokenizer, count: 1));
    }
}
