using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Config;

public sealed class DataStatisticsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_came_out_is_told()
    {
        _folder.Folder("m");
        foreach ((string name, int count) in new[] { ("d", 20), ("g", 60), ("h", 30) })
            _folder.Write($"{name}.txt", string.Join('\n', Enumerable.Range(0, count).Select(i => $"{name} {i:00}xx")));
        RunConfig config = RunConfigLoader.Parse("""
            model: m
            output: out
            ratio: 1.5
            data:
              context: 16
              packing: best_fit
              held_out: 2
              cache: "off"
              corpora:
              - {path: d.txt, kind: domain, split: lines, repeat: 2.5}
              - {path: g.txt, kind: general, split: lines, share: 1}
              - {path: h.txt, kind: general, split: lines, share: 2}
            """, Path.Combine(_folder.Root, "run.yaml"));
        DocumentTokenizer tokenizer = new(t => [.. t.Select(c => (int)c)], 999);
        IReadOnlyList<Corpus> corpora = new CorpusLoader(tokenizer, 2).Load(config.Data);
        DataStatistics data = DataStatistics.Of(
            config.Data, config.Order.Ratio, corpora, TrainingOrder.For(config.Order, config.Data, corpora), tokenizer);

        // Documents of 7 tokens: two to a row of 16. 9 domain rows, 22.5 times 1.5 general ones.
        CorpusStatistics d = data.Corpora[0];
        Assert.Equal((18, 126, 2, 14, 9, 0),
            (d.Documents, d.Tokens, d.HeldOutDocuments, d.HeldOutTokens, d.Rows, d.CutDocuments));
        Assert.Equal(126.0 / 144, d.PackingEfficiency);
        Assert.Equal((23.0, 23.0 / 9, null, null), (d.RowsPerEpoch, d.Repeat, d.ShareAsked, d.ShareAchieved));
        Assert.Equal(
            (58, 35, 1.5, 35.0 / 23), (data.RowsPerEpoch, data.RowsPerEpoch - 23, data.RatioAsked, data.RatioAchieved));
        Assert.Equal([12.0, 23.0], data.Corpora.Skip(1).Select(c => c.RowsPerEpoch));
        Assert.Equal([1.0 / 3, 2.0 / 3], data.Corpora.Skip(1).Select(c => c.ShareAsked!.Value));
        Assert.Equal([12.0 / 35, 23.0 / 35], data.Corpora.Skip(1).Select(c => c.ShareAchieved!.Value));
        Assert.Equal((16, PackingKind.BestFit), (data.Context, data.Packing));
        Assert.Equal("every document ends with token 999, once; dialogues cannot be written", data.DocumentEnd);

        string[] lines = [.. DataPlan.Lines(data)];
        Assert.Equal(
            [
                "d (domain): 18 documents, 126 tokens, 9 rows of 16 (87.5 % full); 2 documents held out; 2.556 times "
                    + "an epoch",
                "g (general): 58 documents, 406 tokens, 29 rows of 16 (87.5 % full); 2 documents held out; 0.414 "
                    + "times an epoch, 34.3 % of the general rows (33.3 % asked)",
                "h (general): 28 documents, 196 tokens, 14 rows of 16 (87.5 % full); 2 documents held out; 1.643 "
                    + "times an epoch, 65.7 % of the general rows (66.7 % asked)",
                "1.522 general rows to a domain row (1.5 asked); best_fit packing; every document ends with token 999, "
                    + "once; dialogues cannot be written",
            ],
            lines);
    }

    [Fact]
    public void What_was_left_out_is_told_too()
    {
        var source = new CorpusSource(3, ["x/a.csv", "x/b.pdf"], 4, new(30, ["f:1: one", "f:2: two"]), true, "no room");
        CorpusStatistics corpus =
            new("d", CorpusKind.Domain, 1200, 5000, 0, 0, 3, 0.5, 2, 3, 1, 0.25, null, null, source);
        Assert.Equal(
            [
                "d (domain): 1,200 documents (4 dialogues), 5,000 tokens, 3 rows of 16 (50.0 % full, 2 documents "
                    + "cut); 0 documents held out; 1 time an epoch, weight 0.25; 3 files; tokens from the cache",
                "  30 records skipped: f:1: one",
                "  f:2: two",
                "  ... and 28 more",
                "  2 files passed over: x/a.csv, x/b.pdf",
                "  tokens not kept: no room",
                "no domain rows; concat packing; E",
            ],
            DataPlan.Lines(new([corpus], 16, PackingKind.Concat, "E", 3, 1, null)));
    }
}
