using MolEngine.Engine.Batches;
using MolEngine.Engine.Models;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Batches;

public sealed class RowSharesTests
{
    /// <summary>A config of Qwen3-8B's shape, where a long document's attention is most of its cost.</summary>
    private static readonly ModelConfig Config = ModelConfig.Parse(
        """
        {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": 151936, "hidden_size": 4096,
         "intermediate_size": 12288, "num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8,
         "head_dim": 128, "hidden_act": "silu", "max_position_embeddings": 40960, "rms_norm_eps": 1e-06,
         "rope_theta": 1000000, "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
        """, "test");

    [Property]
    public void Every_row_is_dealt_once_whatever_it_costs(int[] costs, int ranks)
    {
        ranks = 1 + Math.Abs(ranks % 9);
        int[][] shares = RowShares.Deal([.. costs.Select(c => Math.Abs((double)c))], ranks);
        Assert.Equal(ranks, shares.Length);
        Assert.Equal(Enumerable.Range(0, costs.Length), shares.SelectMany(s => s).Order());
        Assert.All(shares, s => Assert.Equal(s.Order(), s));
    }

    [Fact]
    public void The_most_expensive_row_meets_the_cheapest_ones() =>
        Assert.Equal([[1], [0, 2, 3]], RowShares.Deal([2, 9, 3, 4], 2));

    [Fact]
    public void Attention_goes_with_the_square_of_a_document()
    {
        var cost = new RowCost(Config);
        TokenRow One(int length) => TokenRow.Single(new int[length]);
        var two = new TokenRow(new int[200], [0, 100]);
        double pair = cost.Of(One(200)) - cost.Of(two);
        Assert.Equal(2 * 36 * 4096.0 * ((200 * 200) - (2 * 100 * 100)), pair, pair * 1e-6);
        Assert.Equal(2 * cost.Of(One(100)), cost.Of(two), 1);
    }

    /// <summary>
    /// A skewed corpus (rows of 32,768 tokens: one document in some, in others up to a hundred) on 2 to 8 ranks: what a
    /// rank waits for the slowest is under 3 % of a step, where dealing in turn leaves more.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Ranks_finish_together_on_a_skewed_corpus(int ranks)
    {
        const int Context = 32768, Steps = 30, GlobalBatch = 128;
        var random = new Random(7);
        var cost = new RowCost(Config);
        double waiting = 0, inTurn = 0;
        for (int step = 0; step < Steps; step++)
        {
            double[] costs = [.. Enumerable.Range(0, GlobalBatch).Select(_ => cost.Of(Row(random, Context)))];
            waiting += Waiting(RowShares.Deal(costs, ranks), costs);
            int[] turns = [.. Enumerable.Range(0, GlobalBatch)];
            inTurn += Waiting(
                [.. Enumerable.Range(0, ranks).Select(r => turns.Where(i => i % ranks == r).ToArray())], costs);
        }

        Assert.True(waiting / Steps < 0.03, $"{waiting / Steps:P2}");
        Assert.True(inTurn / Steps > waiting / Steps, $"in turn {inTurn / Steps:P2}, dealt {waiting / Steps:P2}");
    }

    /// <summary>The share of all ranks' time that is spent waiting for the slowest.</summary>
    private static double Waiting(int[][] shares, double[] costs)
    {
        double[] load = [.. shares.Select(s => s.Sum(p => costs[p]))];
        return 1 - (load.Average() / load.Max());
    }

    private static TokenRow Row(Random random, int tokens)
    {
        int documents = (int)Math.Pow(100, random.NextDouble());
        return new TokenRow(new int[tokens], [.. Enumerable.Range(0, documents).Select(d => d * tokens / documents)]);
    }
}
