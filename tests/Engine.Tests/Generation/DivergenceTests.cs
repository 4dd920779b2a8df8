using MolEngine.Engine.Generation;
using MolEngine.Engine.Tests.Training;
using MolEngine.Engine.Training;
using MolEngine.Oracle;

namespace MolEngine.Engine.Tests.Generation;

/// <summary>A reference that reads along, and how far each token's model is from it.</summary>
public sealed class DivergenceTests : IDisposable
{
    private static readonly int[] Prompt = [17, 80, 33];
    private readonly TinyModel _model = new("qwen3");

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(255)]
    [InlineData(300)]
    public void It_is_that_of_the_oracles_over_the_whole_vocabulary(int length)
    {
        int[] prompt = _model.Rows(5, [length])[0].Tokens.ToArray();
        Student student = _model.Full();
        using GenerationBatch batch = Batch(4);
        GenerationRow row = batch.Add(
            new GenerationRequest(prompt, 5) { Weights = student.Weights, Reference = _model.Weights });
        List<GeneratedToken> tokens = Run(batch);
        int[] all = [.. prompt, .. row.Ids];
        double[][] p = LogProbabilities(student.Parameters.ToDictionary(t => t.Name, t => t.Value), all);
        double[][] q = LogProbabilities(_model.Tensors, all);
        Assert.Equal(5, tokens.Count);
        for (int i = 0; i < 5; i++)
        {
            double[] model = p[length - 1 + i], reference = q[length - 1 + i];
            double expected = model.Zip(reference, (a, b) => Math.Exp(a) * (a - b)).Sum();
            Assert.InRange(expected, 1e-3, 10);
            Assert.InRange(tokens[i].Divergence!.Value / expected, 1 - 1e-3, 1 + 1e-3);
        }
    }

    [Fact]
    public void It_changes_no_token_of_its_row_nor_of_others()
    {
        Student student = _model.Full();
        GenerationRequest[] requests =
        [
            .. Enumerable.Range(0, 6).Select(i => new GenerationRequest(
                _model.Rows(i, [1 + (i * 60)])[0].Tokens.ToArray(), 1 + (2 * i))
            {
                Weights = i % 2 == 0 ? student.Weights : null,
                Sampling = new SamplingSettings(PresencePenalty: 1),
                Seed = (ulong)i,
            }),
        ];
        int[][] alone = [.. requests.Select(r => Ids(r))];
        using GenerationBatch batch = Batch(5);
        GenerationRow[] rows =
        [
            .. requests.Select((r, i) => batch.Add(i % 3 == 1 ? r : r with
            {
                Reference = i % 2 == 0 ? _model.Weights : student.Weights,
            })),
        ];
        List<GeneratedToken> tokens = Run(batch);
        Assert.Equal(alone, rows.Select(r => r.Ids.ToArray()));
        Assert.All(tokens, t => Assert.Equal(t.Row.Request.Reference is not null, t.Divergence is not null));
        Assert.All(tokens, t => Assert.InRange(t.Divergence ?? 0, 0, 100));
    }

    [Fact]
    public void A_model_is_no_distance_from_itself()
    {
        using GenerationBatch batch = Batch(2);
        batch.Add(new GenerationRequest(Prompt, 4) { Reference = _model.Weights });
        Assert.All(Run(batch), t => Assert.Equal(0, t.Divergence));
    }

    [Fact]
    public void It_ends_and_is_removed_with_its_row_and_takes_the_room_of_one()
    {
        using GenerationBatch batch = Batch(2, tokens: 128);
        var request = new GenerationRequest(Prompt, 60) { Reference = _model.Full().Weights };
        GenerationRow first = batch.Add(request), second = batch.Add(request);
        batch.Step();
        Assert.Equal((1, 1), (batch.Running, batch.Waiting));
        Assert.Equal((true, false), (first.HasStarted, second.HasStarted));
        batch.Remove(first);
        batch.Step();
        Assert.Equal((1, 0), (batch.Running, batch.Waiting));
        Run(batch);
        Assert.Equal(60, second.Ids.Count);
        Assert.Equal(0, batch.Running);
        Assert.Contains("expected at most 65 tokens", batch.TooLong(request with { MaxTokens = 64 }));
        using GenerationBatch single = Batch(1);
        Assert.Contains("expected a batch of at least 2 rows", single.TooLong(request));
    }

    [Fact]
    public void A_reference_that_gives_no_numbers_ends_its_row_alone()
    {
        Student broken = _model.Adapter();
        broken.Weights.Layers[1].Down.Lora!.B.Span<float>()[0] = float.NaN;
        int[] expected = Ids(new GenerationRequest(Prompt, 5));
        using GenerationBatch batch = Batch(3);
        GenerationRow good = batch.Add(new GenerationRequest(Prompt, 5));
        GenerationRow bad = batch.Add(new GenerationRequest(Prompt, 5) { Reference = broken.Weights });
        Assert.Throws<NonFiniteException>(() => Run(batch));
        Assert.Equal(StopReason.Broken, bad.Stop);
        Run(batch);
        Assert.Equal(expected, good.Ids);
    }

    private double[][] LogProbabilities(IReadOnlyDictionary<string, Kernels.Tensors.Tensor> tensors, int[] ids)
    {
        var oracle = new OracleModel(
            OracleConfig.Parse(TinyModel.Json("qwen3", tied: false)),
            tensors.ToDictionary(t => t.Key, t => Array.ConvertAll(t.Value.Span<float>().ToArray(), x => (double)x)));
        return
        [
            .. oracle.Forward(new OracleBatch([ids])).Logits.Chunk(_model.Config.VocabSize).Select(logits =>
            {
                double most = logits.Max(), sum = Math.Log(logits.Sum(x => Math.Exp(x - most))) + most;
                return logits.Select(x => x - sum).ToArray();
            }),
        ];
    }

    private int[] Ids(GenerationRequest request)
    {
        using GenerationBatch batch = Batch(1);
        GenerationRow row = batch.Add(request);
        Run(batch);
        return [.. row.Ids];
    }

    private static List<GeneratedToken> Run(GenerationBatch batch)
    {
        List<GeneratedToken> tokens = [];
        while (!batch.IsIdle)
            tokens.AddRange(batch.Step());
        return tokens;
    }

    private GenerationBatch Batch(int rows, int tokens = 2048) =>
        new(_model.Ops, _model.Config, _model.Weights, rows, tokens);
}
