using System.Globalization;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Optim;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Collectives;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;
using MolEngine.Oracle;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Training;

/// <summary>
/// The engine against the float64 oracle on random models of many shapes: hidden states, losses, every gradient and
/// whole trajectories, at every vector width. Needs no shared material.
/// </summary>
public sealed class OracleTests
{
    private const string Llama3 =
        """{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}""";

    private const string Yarn = """{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}""";

    /// <summary>
    /// type, vocabulary, hidden, intermediate, layers, heads, key/value heads, head size, tied, rope scaling.
    /// </summary>
    public static TheoryData<string, string> Models => new()
    {
        { "wide heads", Json("qwen3", 97, 24, 50, 3, 6, 3, 16, false, "null") },
        { "one key/value head", Json("qwen3", 129, 40, 96, 2, 5, 1, 24, true, "null") },
        { "no grouping, biases", Json("qwen2", 81, 60, 148, 2, 3, 3, 20, true, "null") },
        { "seven heads over one", Json("llama", 53, 56, 44, 2, 7, 1, 8, true, """{"rope_type": "linear", "factor": 4.0}""") },
        { "llama3 rope", Json("llama", 65, 32, 33, 1, 4, 2, 8, false, Llama3) },
        { "yarn, head size 96", Json("qwen2", 70, 96, 130, 1, 2, 2, 96, false, Yarn) },
        { "Mistral's keys", Json("mistral", 67, 28, 36, 2, 4, 2, 8, false, "null") },
        {
            "layers without positions",
            Json("smollm3", 71, 32, 40, 3, 4, 2, 8, true, "null").Replace(
                "\"hidden_act\"", "\"no_rope_layers\": [1, 0, 1], \"hidden_act\"")
        },
        { "head size 80", Json("qwen3", 75, 33, 31, 1, 3, 1, 80, false, "null") },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Adapter_gradients_equal_the_oracle(string name, string json)
    {
        Assert.NotEmpty(name);
        foreach (SimdLevel level in Levels())
        {
            using var m = TinyModel.Of(json, 2, level);
            Student student = m.Adapter();
            var truth = new OracleModel(OracleConfig.Parse(json), Doubles(m.Tensors));
            var lora = new OracleLora(2, student.Parameters.ToDictionary(p => p.Name, p => Doubles(p.Value)));
            Check(m, student, truth, truth, lora, OracleTrained.Lora, new LossOptions(LossKind.Mol, 0.01, 31));
            Check(m, student, truth, truth, lora, OracleTrained.Lora, new LossOptions(LossKind.Mol, 0.5, 5));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Gradients_of_all_parameters_equal_the_oracle(string name, string json)
    {
        Assert.NotEmpty(name);
        using var m = TinyModel.Of(json, 2);
        Student student = m.Full();
        var reference = new OracleModel(OracleConfig.Parse(json), Doubles(m.Tensors));
        var truth = new OracleModel(
            OracleConfig.Parse(json), student.Parameters.ToDictionary(p => p.Name, p => Doubles(p.Value)));
        Check(m, student, truth, reference, null, OracleTrained.Base, new LossOptions(LossKind.Mol, 0.01, 31));
        Check(m, student, truth, reference, null, OracleTrained.Base, new LossOptions(LossKind.Mol, 0.3, 1));
    }

    [Theory]
    [InlineData(LossKind.MaskedKl, 0.5, 0)]
    [InlineData(LossKind.MaskedKl, 0.3, 1)]
    [InlineData(LossKind.Eaft, 0, 0)]
    [InlineData(LossKind.Asft, 0.05, 0.5)]
    [InlineData(LossKind.Mol, 0.1, 1)]
    public void Gradients_of_every_loss_equal_the_oracle(LossKind kind, double alpha, double forwardShare)
    {
        string json = Json("qwen3", 97, 24, 50, 2, 6, 3, 16, false, "null");
        using var m = TinyModel.Of(json, 2);
        Student student = m.Full();
        var reference = new OracleModel(OracleConfig.Parse(json), Doubles(m.Tensors));
        var truth = new OracleModel(
            OracleConfig.Parse(json), student.Parameters.ToDictionary(p => p.Name, p => Doubles(p.Value)));
        var options = new LossOptions(kind, alpha, 7) { ForwardShare = forwardShare };
        Check(m, student, truth, reference, null, OracleTrained.Base, options);
    }

    [Theory]
    [InlineData("qwen3")]
    [InlineData("llama")]
    public void A_trajectory_equals_the_oracle(string type)
    {
        const int Steps = 12, PerStep = 3;
        string json = Json(type, 61, 24, 40, 2, 4, 2, 8, type == "llama", "null");
        using var m = TinyModel.Of(json, 2);
        Student student = m.Full();
        var reference = new OracleModel(OracleConfig.Parse(json), Doubles(m.Tensors));
        Dictionary<string, double[]> weights = student.Parameters.ToDictionary(p => p.Name, p => Doubles(p.Value));
        var truth = new OracleModel(OracleConfig.Parse(json), weights);
        var optimizer = new AdamW(m.Ops, new AdamWOptions(WeightDecay: 0.1), student.Parameters, m.Arena);
        var oracleOptimizer = new OracleAdamW(weightDecay: 0.1);
        var schedule = new LearningRateSchedule(
            ScheduleKind.Cosine, 2e-3, Steps, LearningRateSchedule.WarmupOf(0.1, Steps), FromZero: true);
        using var pass = new LossPass(m.Ops, m.Config, 64, 64, 31, Retention.All, student.Weights);
        var optimization = new MolOptimization(m.Ops, pass, student, m.Weights, new LossOptions(), optimizer, schedule,
            new DataParallel(new SingleRank(), m.Config, student.Parameters));
        for (int s = 0; s < Steps; s++)
        {
            TokenRow[] rows = m.Rows(100 + s, [9, 11], [20], [1, 15]);
            OracleLoss loss = Oracle(rows, truth, reference, null, OracleTrained.Base, new LossOptions());
            double rate = 2e-3 * OracleSchedule.Cosine(s, Steps, 0.1);
            UpdateFigures got = optimization.Update(rows, microBatch: PerStep - 1);
            Compare.AssertRelative($"step {s} loss", got.Loss, loss.Loss, Tolerances.TrajectoryLoss);
            Compare.AssertRelative($"step {s} norm", got.GradientNorm, loss.GradientNorm, Tolerances.GradientNorm);
            Compare.AssertAbsolute($"step {s} rate", got.LearningRate, rate, 1e-15);
            OracleAdamW.Clip(loss.Gradients, loss.GradientNorm, 1);
            oracleOptimizer.Step(weights, loss.Gradients, rate);
        }

        foreach (Parameter p in student.Parameters)
            Compare.AssertRelativeL2(p.Name, p.Value.Span<float>(), weights[p.Name], Tolerances.FinalParameters);
    }

    private static IEnumerable<SimdLevel> Levels() => Enum.GetValues<SimdLevel>().Where(SimdLevels.IsSupported);

    private static void Check(
        TinyModel m, Student student, OracleModel truth, OracleModel reference, OracleLora? lora, OracleTrained trained,
        LossOptions options)
    {
        TokenRow[] rows = m.Rows(1, [20, 28], [48], [1, 9, 30], [33]);
        OracleLoss expected = Oracle(rows, truth, reference, lora, trained, options);
        (double loss, RowFigures[] figures) = m.Accumulate(student, rows, options, 3);
        Compare.AssertRelative("loss", loss, expected.Loss, Tolerances.Loss);
        for (int r = 0; r < rows.Length; r++)
        {
            Compare.AssertRelative($"row {r} CE", figures[r].CrossEntropy, expected.Ce[r], Tolerances.Loss);
            Compare.AssertAbsolute(
                $"row {r} KL", figures[r].KlDivergence, expected.Kl[r], Tolerances.Kl(expected.Kl[r]));
        }

        Assert.Equal(expected.Gradients.Keys.Order(), student.Parameters.Select(p => p.Name).Order());
        foreach (Parameter p in student.Parameters)
            Compare.AssertRelativeL2(p.Name, p.Gradient.Span<float>(), expected.Gradients[p.Name], Tolerances.Gradient);
    }

    private static OracleLoss Oracle(
        TokenRow[] rows, OracleModel truth, OracleModel reference, OracleLora? lora, OracleTrained trained,
        LossOptions options)
    {
        var batch = new OracleBatch([.. rows.Select(r => r.Tokens.ToArray())], [.. rows.Select(Documents)]);
        return truth.Forward(batch, lora, trained).MolLoss(
            new OracleLossSettings(options.Alpha, options.TopN)
            {
                Kind = Enum.Parse<OracleLossKind>(options.Kind.ToString()),
                ForwardShare = options.ForwardShare,
            },
            [.. rows.Select(r => r.Kind == CorpusKind.General)], reference.Forward(batch));
    }

    private static int[] Documents(TokenRow row)
    {
        var documents = new int[row.Tokens.Length];
        for (int t = 0; t < documents.Length; t++)
            documents[t] = row.DocumentStarts.Count(s => s <= t);
        return documents;
    }

    private static double[] Doubles(Tensor t) => Array.ConvertAll(t.Span<float>().ToArray(), x => (double)x);

    private static Dictionary<string, double[]> Doubles(Dictionary<string, Tensor> tensors) =>
        tensors.ToDictionary(t => t.Key, t => Doubles(t.Value));

    private static string Json(
        string type, int vocabulary, int hidden, int intermediate, int layers, int heads, int kvHeads, int headDim,
        bool tied, string rope) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "architectures": ["{{char.ToUpperInvariant(type[0])}}{{type[1..]}}ForCausalLM"], "model_type": "{{type}}",
              "vocab_size": {{vocabulary}}, "hidden_size": {{hidden}}, "intermediate_size": {{intermediate}},
              "num_hidden_layers": {{layers}}, "num_attention_heads": {{heads}}, "num_key_value_heads": {{kvHeads}},
              "head_dim": {{headDim}}, "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "rope_scaling": {{rope}},
              "tie_word_embeddings": {{(tied ? "true" : "false")}}, "max_position_embeddings": 256, "hidden_act": "silu"
            }
            """);
}
