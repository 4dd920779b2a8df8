using MolEngine.Trainer.Config;
using MolEngine.Trainer.Data;

namespace MolEngine.Trainer.Tests.Data;

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
        TextTokenizer tokenizer = new(t => [.. t.Select(c => (int)c)], 999);
        IReadOnlyList<Corpus> corpora = new CorpusLoader(tokenizer, 2).Load(config.Data, config.Validate);
        DataStatistics data = DataStatistics.Of(config, corpora, TrainingOrder.For(config, corpora));

        // Documents of 7 tokens: two to a row of 16. 9 domain rows, 22.5 times 1.5 general ones.
        CorpusStatistics d = data.Corpora[0];
        Assert.Equal((18, 126, 2, 14, 9, 0), (d.Documents, d.Tokens, d.HeldOutDocuments, d.HeldOutTokens, d.Rows, d.CutDocuments));
        Assert.Equal(126.0 / 144, d.PackingEfficiency);
        Assert.Equal((23.0, 23.0 / 9, null, null), (d.RowsPerEpoch, d.Repeat, d.ShareAsked, d.ShareAchieved));
        Assert.Equal((58, 35, 1.5, 35.0 / 23), (data.RowsPerEpoch, data.RowsPerEpoch - 23, data.RatioAsked, data.RatioAchieved));
        Assert.Equal([12.0, 23.0], data.Corpora.Skip(1).Select(c => c.RowsPerEpoch));
        Assert.Equal([1.0 / 3, 2.0 / 3], data.Corpora.Skip(1).Select(c => c.ShareAsked!.Value));
        Assert.Equal([12.0 / 35, 23.0 / 35], data.Corpora.Skip(1).Select(c => c.ShareAchieved!.Value));
        Assert.Equal((16, PackingKind.BestFit), (data.Context, data.Packing));
    }
}
