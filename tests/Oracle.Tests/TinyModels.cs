namespace MolEngine.Oracle.Tests;

/// <summary>
/// Tiny random models of every architecture and rope type, and a batch with documents, padding and an empty row.
/// </summary>
internal static class TinyModels
{
    public static readonly string[] Names = ["qwen3", "qwen2_yarn", "llama3", "llama_linear"];

    public static OracleModel Make(string name, int seed = 1)
    {
        OracleConfig config = name switch
        {
            "qwen3" => new(29, 12, 14, 2, 4, 2, 6, 1e-6, 1e4, false),
            "qwen2_yarn" => new(23, 8, 12, 1, 2, 1, 4, 1e-6, 1e4, true, new RopeScaling("yarn", 4, 16)),
            "llama3" => new(19, 12, 8, 2, 3, 3, 4, 1e-5, 5e3, false, new RopeScaling("llama3", 8, 16)),
            _ => new(17, 8, 10, 1, 2, 2, 4, 1e-5, 1e4, true, new RopeScaling("linear", 4)),
        };
        var random = new Random(seed);
        var weights = new Dictionary<string, double[]>();
        void Add(string tensor, int count, double scale, double mean = 0) =>
            weights[tensor] = [.. Enumerable.Range(0, count).Select(_ => mean + scale * Normal(random))];
        int h = config.HiddenSize, d = config.HeadDim;
        Add("model.embed_tokens.weight", config.VocabSize * h, 0.7);
        if (!config.TieWordEmbeddings)
            Add("lm_head.weight", config.VocabSize * h, 0.5);
        Add("model.norm.weight", h, 0.3, 1);
        for (int i = 0; i < config.NumHiddenLayers; i++)
        {
            string layer = $"model.layers.{i}.";
            Add(layer + "input_layernorm.weight", h, 0.3, 1);
            Add(layer + "post_attention_layernorm.weight", h, 0.3, 1);
            foreach ((string module, int rows, int columns) in Modules(config))
            {
                Add(layer + module + ".weight", rows * columns, 1 / Math.Sqrt(columns));
                if (name.StartsWith("qwen2", StringComparison.Ordinal) && module[^6] is 'q' or 'k' or 'v')
                    Add(layer + module + ".bias", rows, 0.3);
            }

            if (name == "qwen3")
            {
                Add(layer + "self_attn.q_norm.weight", d, 0.3, 1);
                Add(layer + "self_attn.k_norm.weight", d, 0.3, 1);
            }
        }

        return new OracleModel(config, weights);
    }

    public static OracleLora Adapter(OracleConfig config, int seed = 7)
    {
        var random = new Random(seed);
        var tensors = new Dictionary<string, double[]>();
        for (int i = 0; i < config.NumHiddenLayers; i++)
        {
            foreach ((string module, int rows, int columns) in Modules(config))
            {
                string name = $"model.layers.{i}.{module}";
                tensors[OracleLora.Name(name, 'A')] =
                    [.. Enumerable.Range(0, 3 * columns).Select(_ => 0.3 * Normal(random))];
                tensors[OracleLora.Name(name, 'B')] =
                    [.. Enumerable.Range(0, 3 * rows).Select(_ => 0.2 * Normal(random))];
            }
        }

        return new OracleLora(1.7, tensors);
    }

    /// <summary>Rows: two documents and padding; one document; padding only; documents of 1, 4 and 1 tokens.</summary>
    public static OracleBatch Batch(OracleConfig config)
    {
        var random = new Random(3);
        int[][] documents = [[0, 0, 0, 0, 1, 1, 1, -1], [2, 2, 2, 2, 2, 2], [-1, -1], [3, 4, 4, 4, 4, 5]];
        int[][] ids = [.. documents.Select(row => row.Select(_ => random.Next(config.VocabSize)).ToArray())];
        return new OracleBatch(ids, documents);
    }

    public static readonly bool[] General = [false, true, true, true];

    private static (string Module, int Rows, int Columns)[] Modules(OracleConfig c)
    {
        int h = c.HiddenSize, q = c.NumAttentionHeads * c.HeadDim, kv = c.NumKeyValueHeads * c.HeadDim,
            f = c.IntermediateSize;
        return
        [
            ("self_attn.q_proj", q, h), ("self_attn.k_proj", kv, h), ("self_attn.v_proj", kv, h),
            ("self_attn.o_proj", h, q),
            ("mlp.gate_proj", f, h), ("mlp.up_proj", f, h), ("mlp.down_proj", h, f),
        ];
    }

    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
