using System.Globalization;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>What a made model is: sizes as in config.json.</summary>
/// <param name="Stored">F32 or BF16.</param>
/// <param name="Rope">rope_scaling, as JSON.</param>
internal sealed record MadeShape(
    string Type, int Vocabulary, int Hidden, int Intermediate, int Layers, int Heads, int KeyValueHeads, int HeadDim,
    bool Tied, DType Stored, string Rope = "null")
{
    /// <summary>The text of config.json.</summary>
    public string Json => string.Create(CultureInfo.InvariantCulture, $$"""
        {
          "architectures": ["{{char.ToUpperInvariant(Type[0])}}{{Type[1..]}}ForCausalLM"], "model_type": "{{Type}}",
          "vocab_size": {{Vocabulary}}, "hidden_size": {{Hidden}}, "intermediate_size": {{Intermediate}},
          "num_hidden_layers": {{Layers}}, "num_attention_heads": {{Heads}},
          "num_key_value_heads": {{KeyValueHeads}}, "head_dim": {{HeadDim}}, "rms_norm_eps": 1e-6,
          "rope_theta": 1000000.0, "rope_scaling": {{Rope}}, "tie_word_embeddings": {{(Tied ? "true" : "false")}},
          "max_position_embeddings": 512, "hidden_act": "silu",
          "torch_dtype": "{{(Stored == DType.BF16 ? "bfloat16" : "float32")}}"
        }
        """);
}
