using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Batches;

public sealed class TokenBatchTests : IDisposable
{
    private readonly Ops _ops = CpuBackend.Create();
    private readonly Arena _arena;

    public TokenBatchTests() => _arena = _ops.CreateArena("test");

    public void Dispose()
    {
        _arena.Dispose();
        _ops.Dispose();
    }

    [Fact]
    public void Rows_become_positions_targets_weights_and_keys()
    {
        var batch = new TokenBatch(_ops, _arena, 16);
        TokenRow[] rows =
        [
            new(new[] { 10, 11, 12, 20, 30, 31 }, [0, 3, 4]), TokenRow.Single(default),
            TokenRow.Single(new[] { 40, 41 }, CorpusKind.General),
        ];
        batch.Fill(rows, [new(0.5, 0.25), default, new(0.125, 2)], places: [5, 6, 7]);
        Assert.Equal(8, batch.Tokens);
        Assert.Equal([0, 6, 6, 8], batch.Layout.RowStarts);
        Assert.Equal([0, 3, 4, 6, 8], batch.Layout.DocumentStarts);
        Assert.Equal([10, 11, 12, 20, 30, 31, 40, 41], Host<int>(batch.Ids));
        Assert.Equal([0, 1, 2, 0, 0, 1, 0, 1], Host<int>(batch.Layout.Positions));
        Assert.Equal([11, 12, -1, -1, 31, -1, 41, -1], Host<int>(batch.Targets.Targets));
        Assert.Equal([0.5f, 0.5f, 0, 0, 0.5f, 0, 0.125f, 0], Host<float>(batch.Targets.CeWeight));
        Assert.Equal([0.25f, 0.25f, 0, 0, 0.25f, 0, 2, 0], Host<float>(batch.Targets.KlWeight));
        long a = 5L << 32, c = 7L << 32;
        Assert.Equal([a, a + 1, a + 2, a + 3, a + 4, a + 5, c, c + 1], Host<long>(batch.Layout.TokenKeys));
    }

    [Fact]
    public void A_masked_token_is_no_target_and_all_others_stay_as_they_are()
    {
        int[] tokens = [10, 11, 12, 20, 21, 22];
        bool[] mask = [true, false, true, true, true, false];
        TokenRow row = new(tokens, [0, 3], mask: mask);
        Assert.Equal([false, false, true, false, true, false], row.Predicted.ToArray());
        Assert.Equal(2, row.EffectiveTokens);
        var batch = new TokenBatch(_ops, _arena, 8);
        batch.Fill([row], [new(0.5, 0.25)]);
        Assert.Equal(tokens, Host<int>(batch.Ids));
        Assert.Equal([0, 1, 2, 0, 1, 2], Host<int>(batch.Layout.Positions));
        Assert.Equal([-1, 12, -1, 21, -1, -1], Host<int>(batch.Targets.Targets));
        Assert.Equal([0, 0.5f, 0, 0.5f, 0, 0], Host<float>(batch.Targets.CeWeight));
        Assert.Equal([0, 0.25f, 0, 0.25f, 0, 0], Host<float>(batch.Targets.KlWeight));
        Assert.Equal(new TokenWeights(0.99 / 2, 0.01 / 2), new BatchLoss(new LossOptions(), [row]).Weights[0]);
        string message = Assert.Throws<ArgumentException>(() => new TokenRow(tokens, [0], mask: [true])).Message;
        Assert.Equal("row of 6 tokens: mask: expected as many, got 1", message);
    }

    [Fact]
    public void A_smaller_batch_leaves_nothing_of_the_one_before()
    {
        var batch = new TokenBatch(_ops, _arena, 4);
        batch.Fill([TokenRow.Single(new[] { 1, 2, 3, 4 })], [new(1, 1)]);
        batch.Fill([new(new[] { 5, 6 }, [0], firstPosition: 100)], [new(1, 1)]);
        Assert.Equal([5, 6], Host<int>(batch.Ids));
        Assert.Equal([100, 101], Host<int>(batch.Layout.Positions));
        Assert.Equal([6, -1], Host<int>(batch.Targets.Targets));
        batch.Fill([], []);
        Assert.Equal((0, 0), (batch.Tokens, batch.Layout.Rows));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var batch = new TokenBatch(_ops, _arena, 2);
        TokenRow row = TokenRow.Single(new[] { 1, 2, 3 });
        Assert.Contains(
            "at most 2 tokens, got 3", Assert.Throws<ArgumentException>(() => batch.Fill([row], [default])).Message);
        Assert.Contains(
            "weights of 1 rows, got 0", Assert.Throws<ArgumentException>(() => batch.Fill([row], [])).Message);
    }

    [Theory]
    [InlineData(3, new int[0], "expected a first document at 0, got no document")]
    [InlineData(3, new[] { 1 }, "start of document 0: expected 0, got 1")]
    [InlineData(3, new[] { -1 }, "start of document 0: expected 0, got -1")]
    [InlineData(3, new[] { 0, 0 }, "start of document 1: expected 1 to 2, got 0")]
    [InlineData(3, new[] { 0, 2, 1 }, "start of document 2: expected 3 to 2, got 1")]
    [InlineData(3, new[] { 0, 3 }, "start of document 1: expected 1 to 2, got 3")]
    [InlineData(0, new[] { 0 }, "start of document 0: expected none, got 0")]
    public void Documents_that_do_not_lie_in_the_row_are_refused(int tokens, int[] starts, string expected)
    {
        string message = Assert.Throws<ArgumentException>(() => new TokenRow(new int[tokens], starts)).Message;
        Assert.StartsWith($"row of {tokens} tokens: ", message);
        Assert.Contains(expected, message);
    }

    private T[] Host<T>(Tensor tensor)
        where T : unmanaged
    {
        var values = new T[tensor.Count];
        _ops.Download<T>(tensor, values);
        return values;
    }
}
