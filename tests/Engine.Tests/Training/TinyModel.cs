using MolEngine.Engine.Adapters;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Training;

/// <summary>
/// A small random model of any architecture, made without files, whose activations spread like a trained model's.
/// </summary>
internal sealed class TinyModel : IDisposable
{
    public TinyModel(string type, bool tied = false, int? threads = null, int layers = 2)
        : this(Json(type, tied, layers), threads, null)
    {
    }

    private TinyModel(string json, int? threads, SimdLevel? level)
    {
        Config = ModelConfig.Parse(json, "test");
        Ops = CpuBackend.Create(level, threads);
        Arena = Ops.CreateArena("test");
        var random = new Random(7);
        foreach (TensorSpec spec in Architectures.Of(Config).Tensors(Config))
        {
            Tensor tensor = Arena.Allocate(spec.Name, DType.F32, spec.Shape.Dimensions.ToArray());
            Fill(tensor, random, spec.Shape.Rank == 1 ? 0.2 : 1.2 / Math.Sqrt(spec.Shape[1]));
            if (spec.Name.EndsWith("norm.weight", StringComparison.Ordinal))
            {
                foreach (ref float x in tensor.Span<float>())
                    x += 1;
            }

            Tensors[spec.Name] = tensor;
        }

        Weights = TransformerWeights.From(Config, n => Tensors[n]);
    }

    public static TheoryData<string> Types => ["qwen3", "qwen2", "llama"];

    /// <summary>A model of a config's text, on a level and a number of threads.</summary>
    public static TinyModel Of(string json, int? threads = null, SimdLevel? level = null) => new(json, threads, level);

    public ModelConfig Config { get; }

    public Ops Ops { get; }

    public Arena Arena { get; }

    public Dictionary<string, Tensor> Tensors { get; } = [];

    public TransformerWeights Weights { get; }

    public static string Json(string type, bool tied, int layers = 2) => $$"""
        {
          "architectures": ["{{char.ToUpperInvariant(type[0])}}{{type[1..]}}ForCausalLM"], "model_type": "{{type}}", "vocab_size": 211, "hidden_size": 40,
          "intermediate_size": 72, "num_hidden_layers": {{layers}}, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 12,
          "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": {{(tied ? "true" : "false")}},
          "max_position_embeddings": 256, "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": 2,
          "no_rope_layer_interval": 2
        }
        """;

    /// <summary>An adapter of rank 3 on all seven projections.</summary>
    public Student Adapter(bool zeroB = false, double dropout = 0)
    {
        var config = new LoraConfig(3, 6, false, dropout, LoraConfig.AllProjections);
        var random = new Random(11);
        var modules = new Dictionary<string, (Tensor A, Tensor B)>();
        Weights.Map((name, linear) =>
        {
            Tensor a = Arena.Allocate($"{name} A", DType.F32, 3, linear.Inputs);
            Tensor b = Arena.Allocate($"{name} B", DType.F32, linear.Outputs, 3);
            Fill(a, random, 1 / Math.Sqrt(linear.Inputs));
            if (!zeroB)
                Fill(b, random, 0.15);
            modules[name] = (a, b);
            return linear;
        });
        return Student.WithAdapter(Ops, Config, Weights, config, modules, Arena, Arena, seed: 5);
    }

    /// <summary>All parameters, moved a little away from the base.</summary>
    public Student Full()
    {
        var random = new Random(13);
        var tensors = new Dictionary<string, Tensor>();
        foreach ((string name, Tensor value) in Tensors)
        {
            Tensor copy = Arena.Allocate(name, DType.F32, value.Shape.Dimensions.ToArray());
            Fill(copy, random, 0.02);
            Ops.Add(value, copy);
            tensors[name] = copy;
        }

        return Student.Full(Ops, Config, tensors, Arena, Arena);
    }

    /// <summary>Rows of documents of the given lengths; every second row is general.</summary>
    public TokenRow[] Rows(int seed, params int[][] lengths)
    {
        var random = new Random(seed);
        var rows = new TokenRow[lengths.Length];
        for (int r = 0; r < rows.Length; r++)
        {
            var starts = new List<int>();
            int n = 0;
            foreach (int length in lengths[r])
            {
                starts.Add(n);
                n += length;
            }

            rows[r] = new TokenRow(Enumerable.Range(0, n).Select(_ => random.Next(3, Config.VocabSize)).ToArray(),
                starts, r % 2 == 1 ? CorpusKind.General : CorpusKind.Domain);
        }

        return rows;
    }

    /// <summary>
    /// Loss, figures and gradients (in the student's buffers) of a global batch taken in micro-batches.
    /// </summary>
    public (double Loss, RowFigures[] Rows) Accumulate(
        Student student, TokenRow[] rows, LossOptions options, int microBatch, Retention retention = Retention.All,
        int step = 3, int? inputLayers = null)
    {
        var loss = new BatchLoss(options, rows);
        int tokens = Math.Max(1, rows.Chunk(microBatch).Max(c => c.Sum(r => r.Tokens.Length)));
        using var pass = new LossPass(
            Ops, Config, tokens, 128, options.NeedsBase ? options.TopN : 0, retention, student.Weights,
            inputLayers: inputLayers);
        student.ZeroGradients();
        for (int first = 0; first < rows.Length; first += microBatch)
        {
            TokenRow[] part = rows[first..Math.Min(rows.Length, first + microBatch)];
            pass.AccumulateGradients(
                part, [.. loss.Weights.Skip(first).Take(part.Length)],
                [.. Enumerable.Range(first, part.Length)], student.TrainingWeights(step),
                options.NeedsBase ? Weights : null, student.Gradients);
        }

        student.FinishGradients();
        RowFigures[] figures = pass.Collect();
        return (loss.Value(figures), figures);
    }

    /// <summary>Copies of all gradients, by parameter.</summary>
    public static Dictionary<string, float[]> Gradients(Student student) =>
        student.Parameters.ToDictionary(p => p.Name, p => p.Gradient.Span<float>().ToArray());

    public void Dispose()
    {
        Arena.Dispose();
        Ops.Dispose();
    }

    private static void Fill(Tensor tensor, Random random, double deviation)
    {
        foreach (ref float x in tensor.Span<float>())
            x = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(
                2 * Math.PI * random.NextDouble()));
    }
}
