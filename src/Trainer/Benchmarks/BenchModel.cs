using MolEngine.Engine.Models;
using MolEngine.Kernels.Ops;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>What the shapes of a training step's ops depend on.</summary>
/// <param name="Key">As a person types it.</param>
/// <param name="QkNorm">RMS norms on every query and key head.</param>
/// <param name="QkvBias">Biases on q_proj, k_proj and v_proj.</param>
/// <param name="TiedHead">The head is the embedding.</param>
internal sealed record BenchModel(
    string Key, int Hidden, int Intermediate, HeadShape Heads, int Vocabulary, bool QkNorm = false,
    bool QkvBias = false, bool TiedHead = false)
{
    public const string Default = "qwen3-0.6b";

    /// <summary>config.json of Qwen/Qwen3-8B, Qwen3-0.6B, Qwen2.5-7B, meta-llama/Meta-Llama-3-8B and
    /// HuggingFaceTB/SmolLM2-135M.</summary>
    public static readonly IReadOnlyList<BenchModel> All =
    [
        new("qwen3-8b", 4096, 12288, new(32, 8, 128), 151936, QkNorm: true),
        new(Default, 1024, 3072, new(16, 8, 128), 151936, QkNorm: true, TiedHead: true),
        new("qwen2.5-7b", 3584, 18944, new(28, 4, 128), 152064, QkvBias: true),
        new("llama3-8b", 4096, 14336, new(32, 8, 128), 128256),
        new("smollm2-135m", 576, 1536, new(9, 3, 64), 49152, TiedHead: true),
    ];

    /// <summary>Null where none is called so.</summary>
    public static BenchModel? Find(string key) => All.FirstOrDefault(m => m.Key == key);

    /// <summary>The shapes of a model folder.</summary>
    public static BenchModel Of(string folder)
    {
        ModelConfig c = ModelConfig.Load(folder);
        return new BenchModel(
            folder, c.HiddenSize, c.IntermediateSize, new HeadShape(c.NumHeads, c.NumKvHeads, c.HeadDim), c.VocabSize,
            c.QkNorm, c.QkvBias, c.TieWordEmbeddings);
    }
}
