using MolEngine.Engine.BaseCaching;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tests.Training;
using MolEngine.Engine.Training;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.BaseCaching;

/// <summary>Training with a cache of the base: the same bits, and no pass of the base where it need not be.</summary>
public sealed class BaseCacheTests : IDisposable
{
    private static readonly int[][] Lengths = [[20, 13], [31], [1, 9, 8], [1], [30], [12, 12]];

    private readonly TemporaryFolder _folder = new();
    private readonly TinyModel _model = new("qwen3");
    private readonly List<string> _told = [];

    [Theory]
    [InlineData(LossKind.Mol)]
    [InlineData(LossKind.MaskedKl)]
    public void Rows_that_were_computed_are_read_to_the_bit(LossKind kind)
    {
        var loss = new LossOptions(kind, 0.3);
        Student student = _model.Adapter();
        TokenRow[] rows = _model.Rows(3, Lengths);
        Dictionary<string, float[]> truth = Gradients(student, rows, loss, _model.Weights, null);

        // Of the first three rows two have been seen; the one of a single token predicts nothing and is never computed.
        Used(student, rows[..2], loss, _model.Weights, (0, 2));
        AssertSame(truth, Used(student, rows, loss, _model.Weights, (2, 3)));

        // All are there: another base would give other numbers, were it asked.
        Dictionary<string, float[]> other = Gradients(student, rows, loss, Other(), null);
        Assert.Contains(truth, t => !t.Value.SequenceEqual(other[t.Key]));
        AssertSame(truth, Used(student, rows, loss, Other(), (5, 0)));
        Assert.Empty(_told);
    }

    [Fact]
    public void A_damaged_row_is_computed_again_and_told()
    {
        Student student = _model.Adapter();
        TokenRow[] rows = _model.Rows(3, Lengths);
        var loss = new LossOptions();
        Dictionary<string, float[]> truth = Used(student, rows, loss, _model.Weights, (0, 5));
        byte[] file = File.ReadAllBytes(_folder["base.rows"]);
        file[^1] ^= 1;
        File.WriteAllBytes(_folder["base.rows"], file);
        AssertSame(truth, Used(student, rows, loss, _model.Weights, (4, 1)));
        Assert.Contains("a row is damaged", Assert.Single(_told));

        // It was kept again.
        AssertSame(truth, Used(student, rows, loss, _model.Weights, (5, 0)));
        Assert.Single(_told);
    }

    [Fact]
    public void A_file_that_is_full_or_cannot_be_made_hinders_nothing()
    {
        Student student = _model.Adapter();
        TokenRow[] rows = _model.Rows(3, Lengths);
        var loss = new LossOptions();
        Dictionary<string, float[]> truth = Gradients(student, rows, loss, _model.Weights, null);
        using (BaseCache cache = Open(largest: 30_000)!)
        {
            AssertSame(truth, Gradients(student, rows, loss, _model.Weights, cache));
            Assert.InRange(cache.Rows, 1, 4);
            Assert.InRange(cache.Bytes, 10_000, 30_000);
        }

        Assert.Contains("all that it may have: no further row is kept", Assert.Single(_told));
        _told.Clear();
        File.WriteAllText(_folder["file"], "");
        Assert.Null(BaseCache.Open(
            Path.Combine(_folder["file"], "base.rows"), 200, 31, _model.Config.VocabSize, 1 << 20, _told.Add));
        Assert.Contains("the base cache cannot be used", Assert.Single(_told));
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private static void AssertSame(Dictionary<string, float[]> expected, Dictionary<string, float[]> got)
    {
        foreach ((string name, float[] values) in expected)
            Assert.True(values.AsSpan().SequenceEqual(got[name]), $"{name} differs");
    }

    private BaseCache? Open(long largest = 1 << 24) => BaseCache.Open(
        _folder["base.rows"], 200, 31, _model.Config.VocabSize, largest, _told.Add);

    /// <summary>Gradients with the cache as it stands in the folder.</summary>
    /// <param name="counts">Rows that must have been read, and computed.</param>
    private Dictionary<string, float[]> Used(
        Student student, TokenRow[] rows, LossOptions loss, TransformerWeights reference, (long, long) counts)
    {
        using BaseCache cache = Open()!;
        Dictionary<string, float[]> gradients = Gradients(student, rows, loss, reference, cache);
        Assert.Equal(counts, (cache.RowsRead, cache.RowsComputed));
        return gradients;
    }

    /// <summary>Gradients of a global batch in micro-batches of three rows.</summary>
    private Dictionary<string, float[]> Gradients(
        Student student, TokenRow[] rows, LossOptions loss, TransformerWeights reference, BaseCache? cache)
    {
        using var pass = new LossPass(
            _model.Ops, _model.Config, 200, 64, 31, Retention.All, student.Weights, cache: cache);
        var batch = new BatchLoss(loss, rows);
        student.ZeroGradients();
        for (int first = 0; first < rows.Length; first += 3)
        {
            TokenRow[] part = rows[first..Math.Min(rows.Length, first + 3)];
            pass.AccumulateGradients(
                part, [.. batch.Weights.Skip(first).Take(part.Length)],
                [.. Enumerable.Range(first, part.Length)], student.Weights, reference, student.Gradients);
        }

        student.FinishGradients();
        pass.Collect();
        return TinyModel.Gradients(student);
    }

    /// <summary>A base that says something else.</summary>
    private TransformerWeights Other() => _model.Weights with { Head = _model.Weights.Embedding };
}
