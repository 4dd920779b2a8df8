using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;

namespace MolEngine.Engine.Tests.Losses;

public sealed class BatchLossTests
{
    [Theory]
    [InlineData(LossKind.Mol, CorpusKind.Domain, 0.75, 0.25)]
    [InlineData(LossKind.Mol, CorpusKind.General, 0.25, 0.75)]
    [InlineData(LossKind.Ce, CorpusKind.Domain, 1, 0)]
    [InlineData(LossKind.Ce, CorpusKind.General, 1, 0)]
    [InlineData(LossKind.Kl, CorpusKind.Domain, 0, 1)]
    [InlineData(LossKind.Kl, CorpusKind.General, 0, 1)]
    public void Weights_of_a_row(LossKind kind, CorpusKind corpus, double ce, double kl)
    {
        var options = new LossOptions(kind, Alpha: 0.25);
        Assert.Equal(new TokenWeights(ce, kl), options.Weights(corpus));
        Assert.Equal(kind != LossKind.Ce, options.NeedsBase);
    }

    [Fact]
    public void Defaults_are_the_papers()
    {
        var options = new LossOptions();
        Assert.Equal((LossKind.Mol, 0.01, 31), (options.Kind, options.Alpha, options.TopN));
    }

    /// <summary>Rows of 4, 0 and 2 effective tokens: the mean over two rows of the mean over their tokens.</summary>
    [Fact]
    public void A_token_weighs_by_its_row_and_rows_weigh_alike()
    {
        TokenRow[] rows =
        [
            new(new int[6], [0, 3]), TokenRow.Single(new int[1]), new(new int[5], [0, 1, 4], CorpusKind.General),
        ];
        var loss = new BatchLoss(new LossOptions(LossKind.Mol, Alpha: 0.25), rows);
        Assert.Equal([4, 0, 2], rows.Select(r => r.EffectiveTokens));
        Assert.Equal(
            [new TokenWeights(0.75 / 8, 0.25 / 8), default, new TokenWeights(0.25 / 4, 0.75 / 4)], loss.Weights);
        Assert.Equal(1, loss.EmptyRows);
        RowFigures[] figures =
        [
            new(CorpusKind.Domain, 1, 4, 2, 0.5, 0), new(CorpusKind.Domain, 1, 0, 0, 0, 0),
            new(CorpusKind.General, 1, 2, 3, 0.25, 0),
        ];
        Assert.Equal(((0.75 * 2) + (0.25 * 0.5) + (0.25 * 3) + (0.75 * 0.25)) / 2, loss.Value(figures), 14);
        Assert.Equal((0.25 * 3) + (0.75 * 0.25), loss.RowLoss(figures[2]), 14);
    }

    /// <summary>A row of weight 3 beside one of weight 1 has three quarters of the loss.</summary>
    [Fact]
    public void Rows_weigh_as_their_corpora_say()
    {
        TokenRow[] rows =
        [
            TokenRow.Single(new int[5]) with { Weight = 3 }, TokenRow.Single(new int[3]),
            TokenRow.Single(new int[1]) with { Weight = 7 },
        ];
        var loss = new BatchLoss(new LossOptions(LossKind.Ce), rows);
        Assert.Equal([0.75 / 4, 0.25 / 2, 0], loss.Weights.Select(w => w.CrossEntropy));
        RowFigures[] figures =
            [new(CorpusKind.Domain, 3, 4, 2, 0, 0), new(CorpusKind.Domain, 1, 2, 6, 0, 0), new(default, 7, 0, 0, 0, 0)];
        Assert.Equal((0.75 * 2) + (0.25 * 6), loss.Value(figures), 14);
    }

    [Fact]
    public void A_batch_without_an_effective_token_is_zero_not_NaN()
    {
        var loss = new BatchLoss(new LossOptions(), [TokenRow.Single(new int[1]), TokenRow.Single(default)]);
        Assert.Equal([default, default], loss.Weights);
        Assert.Equal(2, loss.EmptyRows);
        Assert.Equal(0, loss.Value([new(CorpusKind.Domain, 1, 0, 0, 0, 0), new(CorpusKind.Domain, 1, 0, 0, 0, 0)]));
    }
}
