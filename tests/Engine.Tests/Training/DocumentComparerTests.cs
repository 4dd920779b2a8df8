using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Training;

/// <summary>Two models compared on rows, over the whole vocabulary.</summary>
public sealed class DocumentComparerTests
{
    private const int TopN = 31;

    /// <summary>
    /// Sums of rows are those of a softmax in float64 over logits that are multiplied out here, of the hidden states of
    /// one document at a time.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Figures_are_those_of_all_logits(bool adapter)
    {
        using var model = new TinyModel("qwen3");
        TransformerWeights student = adapter ? model.Adapter().Weights : model.Full().Weights;
        TokenRow[] rows = [.. model.Rows(5, [70], [3, 20], [1]), Masked(model, 30)];
        TokenComparison[] sums = DocumentComparer.Compare(
            model.Ops, model.Config, model.Weights, student, rows, TopN);
        Assert.Equal(rows.Length, sums.Length);
        for (int r = 0; r < rows.Length; r++)
        {
            (double baseCe, double modelCe, double reverse, double forward) = Expected(model, student, rows[r]);
            Assert.Equal(baseCe, sums[r].BaseCe, 1e-4);
            Assert.Equal(modelCe, sums[r].ModelCe, 1e-4);
            int n = Math.Max(rows[r].EffectiveTokens, 1);
            Assert.Equal(reverse / n, sums[r].Reverse.Full / n, 10 * Tolerances.Kl(reverse / n));
            Assert.Equal(forward / n, sums[r].Forward.Full / n, 10 * Tolerances.Kl(forward / n));
            Assert.True(sums[r].Reverse.Gap >= 0 && sums[r].Forward.Gap >= 0);
        }

        Assert.True(sums[0].Reverse.Full > 0.01 && sums[0].Reverse.Full != sums[0].Forward.Full);
        Assert.Equal(default, sums[2]);
    }

    /// <summary>The coarse reverse divergence is the one that training measures.</summary>
    [Fact]
    public void The_coarse_divergence_is_that_of_the_loss()
    {
        using var model = new TinyModel("llama");
        TransformerWeights student = model.Full().Weights;
        TokenRow[] rows = model.Rows(9, [40], [25]);
        TokenComparison[] sums = DocumentComparer.Compare(
            model.Ops, model.Config, model.Weights, student, rows, TopN);
        IReadOnlyList<RowFigures> losses = Scorer.Score(
            model.Ops, model.Config, student, model.Weights, [.. rows.Select(r => r.Tokens.ToArray())], TopN);
        for (int r = 0; r < rows.Length; r++)
        {
            int n = losses[r].EffectiveTokens;
            Assert.Equal(losses[r].CrossEntropy, sums[r].ModelCe / n, 1e-5);
            double kl = losses[r].KlDivergence;
            Assert.Equal(kl, sums[r].Reverse.Coarse / n, 10 * Tolerances.Kl(kl));
            Assert.Equal(losses[r].TailMass, 1 - (sums[r].ModelTopMass / n), 1e-5);
            Assert.True(sums[r].Reverse.Gap > 1e-4 * sums[r].Reverse.Full, "the tail of a random model moves too");
        }
    }

    /// <summary>Rows at once, and threads, change no bit.</summary>
    [Fact]
    public void A_row_does_not_depend_on_the_others()
    {
        using var model = new TinyModel("qwen2");
        TransformerWeights student = model.Full().Weights;
        TokenRow[] rows = [.. Enumerable.Range(0, 12).SelectMany(i => model.Rows(i, [150 - (10 * i)]))];
        TokenComparison[] all = Of(rows);
        TokenComparison[] alone = [.. rows.SelectMany(r => Of([r]))];
        Assert.Equal(alone, all);

        TokenComparison[] Of(TokenRow[] some) =>
            DocumentComparer.Compare(model.Ops, model.Config, model.Weights, student, some, TopN);
    }

    private static TokenRow Masked(TinyModel model, int length)
    {
        TokenRow row = model.Rows(8, [length])[0];
        return new TokenRow(row.Tokens, [0], mask: [.. Enumerable.Range(0, length).Select(i => i % 3 == 1)]);
    }

    private static (double, double, double, double) Expected(TinyModel model, TransformerWeights student, TokenRow row)
    {
        double[][] q = LogProbs(model, model.Weights, row), p = LogProbs(model, student, row);
        double baseCe = 0, modelCe = 0, reverse = 0, forward = 0;
        for (int i = 0; i + 1 < row.Tokens.Length; i++)
        {
            if (!row.Predicted.Span[i + 1])
                continue;
            int target = row.Tokens.Span[i + 1];
            (baseCe, modelCe) = (baseCe - q[i][target], modelCe - p[i][target]);
            reverse += p[i].Zip(q[i], (a, b) => Math.Exp(a) * (a - b)).Sum();
            forward += p[i].Zip(q[i], (a, b) => Math.Exp(b) * (b - a)).Sum();
        }

        return (baseCe, modelCe, reverse, forward);
    }

    private static double[][] LogProbs(TinyModel model, TransformerWeights weights, TokenRow row)
    {
        ModelConfig config = model.Config;
        int tokens = row.Tokens.Length;
        using Arena arena = model.Ops.CreateArena("expected");
        var transformer = new Transformer(model.Ops, config, arena, tokens, tokens, backward: false);
        Activations activations = Activations.Allocate(
            arena, config, model.Ops.ActivationType, tokens, Retention.None,
            (layer, name) => Student.LoraRank(weights, layer, name));
        var batch = new TokenBatch(model.Ops, arena, tokens);
        batch.Fill([row], [default]);
        float[] final = new float[tokens * config.HiddenSize];
        model.Ops.Download(transformer.Forward(weights, batch.Ids, batch.Layout, activations), final.AsSpan());
        float[] head = new float[config.VocabSize * config.HiddenSize];
        model.Ops.Download(weights.Head, head.AsSpan());
        double[][] all = new double[tokens][];
        for (int t = 0; t < tokens; t++)
        {
            double[] logits = new double[config.VocabSize];
            for (int v = 0; v < logits.Length; v++)
            {
                for (int h = 0; h < config.HiddenSize; h++)
                    logits[v] += (double)final[(t * config.HiddenSize) + h] * head[(v * config.HiddenSize) + h];
            }

            double max = logits.Max(), log = max + Math.Log(logits.Sum(x => Math.Exp(x - max)));
            all[t] = [.. logits.Select(x => x - log)];
        }

        return all;
    }
}
