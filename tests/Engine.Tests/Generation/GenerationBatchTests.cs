using MolEngine.Engine.Generation;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tests.Training;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Ops;
using MolEngine.Oracle;

namespace MolEngine.Engine.Tests.Generation;

public sealed class GenerationBatchTests : IDisposable
{
    private static readonly int[] Prompt = [17, 80, 33];
    private readonly TinyModel _model = new("qwen3");

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_length_ends_a_row_where_no_stop_id_comes()
    {
        GenerationRow row = Run(new GenerationRequest(Prompt, 6));
        Assert.Equal((6, StopReason.Length), (row.Ids.Count, row.Stop));
        Assert.Equal(row.Ids.Take(2), Run(new GenerationRequest(Prompt, 2)).Ids);
        row = Run(new GenerationRequest(Prompt, 0));
        Assert.Equal((0, StopReason.Length), (row.Ids.Count, row.Stop));
    }

    [Fact]
    public void A_stop_id_is_the_last_of_the_ids()
    {
        IReadOnlyList<int> all = Run(new GenerationRequest(Prompt, 6)).Ids;
        int end = all[3], first = all.ToList().IndexOf(end);
        GenerationRow row = Run(new GenerationRequest(Prompt, 6) { StopIds = [end, 210] });
        Assert.Equal(all.Take(first + 1), row.Ids);
        Assert.Equal(StopReason.StopToken, row.Stop);
        Assert.Equal(StopReason.StopToken, Run(new GenerationRequest(Prompt, first + 1) { StopIds = [end] }).Stop);
    }

    [Fact]
    public void Ties_go_to_the_lower_id()
    {
        int best = Run(new GenerationRequest(Prompt, 1)).Ids[0];
        Assert.InRange(best, 1, _model.Config.VocabSize - 2);
        CopyHeadRow(best, _model.Config.VocabSize - 1);
        Assert.Equal(best, Run(new GenerationRequest(Prompt, 1)).Ids[0]);
        CopyHeadRow(best, best - 1);
        Assert.Equal(best - 1, Run(new GenerationRequest(Prompt, 1)).Ids[0]);
    }

    [Theory]
    [InlineData("qwen3", 140)]
    [InlineData("mistral", 65)]
    [InlineData("smollm3", 3)]
    public void Log_probabilities_equal_those_of_the_oracle(string type, int length)
    {
        using var model = new TinyModel(type);
        int[] prompt = model.Rows(5, [length])[0].Tokens.ToArray();
        var truth = new OracleModel(
            OracleConfig.Parse(TinyModel.Json(type, tied: false)) with { NoRopeLayers = model.Config.NoRopeLayers },
            model.Tensors.ToDictionary(
                t => t.Key, t => Array.ConvertAll(t.Value.Span<float>().ToArray(), x => (double)x)));
        using GenerationBatch batch = Batch(model, 2);
        GenerationRow row = Finished(
            batch, new GenerationRequest(prompt, 4) { PromptLogProbs = true, TopLogProbs = 3 }, out var tokens);
        double[][] expected = [.. truth.Forward(new OracleBatch([[.. prompt, .. row.Ids]])).Logits
            .Chunk(model.Config.VocabSize).Select(LogSoftmax)];
        Assert.Equal(prompt[1..], row.PromptLogProbs.Select(t => t.Id));
        for (int i = 1; i < length; i++)
        {
            ScoredToken token = row.PromptLogProbs[i - 1];
            AssertTop(expected[i - 1], token.Id, token.LogProb, token.Top);
            Assert.Equal(token.IsGreedy, token.Id == token.Top[0].Id);
        }

        Assert.Equal(4, tokens.Count);
        for (int i = 0; i < tokens.Count; i++)
        {
            AssertTop(expected[length - 1 + i], tokens[i].Id, tokens[i].LogProb!.Value, tokens[i].Top);
            Assert.Equal(tokens[i].Id, tokens[i].Top[0].Id);
        }
    }

    [Fact]
    public void A_row_can_have_another_model_over_the_same_base()
    {
        TransformerWeights adapted = _model.Adapter().Weights;
        int[] alone = [.. Run(new GenerationRequest(Prompt, 8) { Weights = adapted }).Ids];
        int[] without = [.. Run(new GenerationRequest(Prompt, 8)).Ids];
        Assert.NotEqual(alone, without);
        using GenerationBatch batch = Batch(_model, 4);
        GenerationRow[] rows =
        [
            batch.Add(new GenerationRequest(Prompt, 8)),
            batch.Add(new GenerationRequest(Prompt, 8) { Weights = adapted }),
            batch.Add(new GenerationRequest(Prompt, 8)),
        ];
        RunAll(batch);
        Assert.Equal([without, alone, without], rows.Select(r => r.Ids.ToArray()));
    }

    [Fact]
    public void Logits_that_are_no_numbers_end_their_row_alone()
    {
        IReadOnlyList<int> expected = Run(new GenerationRequest(Prompt, 5)).Ids;
        Student broken = _model.Adapter();
        LoraWeights lora = broken.Weights.Layers[1].Down.Lora!;
        lora.B.Span<float>()[0] = float.NaN;
        using GenerationBatch batch = Batch(_model, 3);
        GenerationRow good = batch.Add(new GenerationRequest(Prompt, 5));
        batch.Step();
        GenerationRow bad = batch.Add(new GenerationRequest(Prompt, 5) { Weights = broken.Weights });
        var e = Assert.Throws<NonFiniteException>(() => RunAll(batch));
        Assert.Contains("row 1: logit of token 0: expected a finite number, got NaN", e.Message);
        Assert.Equal((1, StopReason.Broken), (e.Row, bad.Stop));
        RunAll(batch);
        Assert.Equal(expected, good.Ids);
        Assert.Equal(0, batch.Running);
    }

    [Fact]
    public void A_request_that_no_room_is_enough_for_is_refused()
    {
        using GenerationBatch batch = Batch(_model, 2, tokens: 64);
        Assert.Null(batch.TooLong(new GenerationRequest(Prompt, 62)));
        var e = Assert.Throws<ArgumentException>(() => batch.Add(new GenerationRequest(Prompt, 63)));
        Assert.Equal("generation: prompt and answer: expected at most 65 tokens, got 3 and up to 63", e.Message);
        Assert.Throws<ArgumentException>(() => batch.Add(new GenerationRequest(Array.Empty<int>(), 1)));
        Assert.Throws<ArgumentException>(() => batch.Add(new GenerationRequest((int[])[1, 211], 1)));
        Assert.Throws<ArgumentException>(() => batch.Add(new GenerationRequest(Prompt, 1) { TopLogProbs = 21 }));
        Assert.True(batch.IsIdle);
        Assert.Equal(62, Finished(batch, new GenerationRequest(Prompt, 62), out _).Ids.Count);
    }

    [Fact]
    public void A_removed_row_leaves_its_room_to_those_who_wait()
    {
        using GenerationBatch batch = Batch(_model, 8, tokens: 64);
        GenerationRow first = batch.Add(new GenerationRequest(Prompt, 60));
        GenerationRow second = batch.Add(new GenerationRequest(Prompt, 4));
        GenerationRow third = batch.Add(new GenerationRequest(Prompt, 4));
        batch.Step();
        batch.Step();
        Assert.Equal((2, 1), (batch.Waiting, batch.Running));
        batch.Remove(first);
        batch.Remove(third);
        Assert.Equal((StopReason.Removed, StopReason.Removed), (first.Stop, third.Stop));
        RunAll(batch);
        Assert.Equal(StopReason.Length, second.Stop);
        Assert.Equal(first.Ids.Take(1), second.Ids.Take(1));
        batch.Remove(second);
        Assert.Equal(StopReason.Length, second.Stop);
    }

    private static GenerationBatch Batch(
        TinyModel model, int rows, int tokens = 1024, bool sharesPrefixes = true) =>
        new(model.Ops, model.Config, model.Weights, rows, tokens, sharesPrefixes: sharesPrefixes);

    private static void RunAll(GenerationBatch batch)
    {
        while (!batch.IsIdle)
            batch.Step();
    }

    private static GenerationRow Finished(
        GenerationBatch batch, GenerationRequest request, out List<GeneratedToken> tokens)
    {
        GenerationRow row = batch.Add(request);
        tokens = [];
        while (row.Stop is null)
            tokens.AddRange(batch.Step());
        return row;
    }

    private static double[] LogSoftmax(double[] logits)
    {
        double most = logits.Max(), sum = Math.Log(logits.Sum(x => Math.Exp(x - most))) + most;
        return [.. logits.Select(x => x - sum)];
    }

    private static void AssertTop(
        double[] expected, int id, double logProb, IReadOnlyList<TokenLogProb> top)
    {
        Assert.InRange(logProb - expected[id], -2e-5, 2e-5);
        Assert.Equal(3, top.Count);
        double[] sorted = [.. expected.OrderDescending().Take(3)];
        for (int i = 0; i < 3; i++)
        {
            Assert.InRange(top[i].LogProb - sorted[i], -2e-5, 2e-5);
            Assert.InRange(top[i].LogProb - expected[top[i].Id], -2e-5, 2e-5);
        }
    }

    private GenerationRow Run(GenerationRequest request)
    {
        using GenerationBatch batch = Batch(_model, 1, 256);
        return Finished(batch, request, out _);
    }

    private void CopyHeadRow(int from, int to)
    {
        int width = _model.Weights.Head.Shape[1];
        Span<float> head = _model.Weights.Head.Span<float>();
        head.Slice(from * width, width).CopyTo(head[(to * width)..]);
    }
}
