namespace MolEngine.Engine.Models.Common;

/// <summary>Hugging Face's names of modules and tensors, common to Qwen3, Qwen2 and Llama.</summary>
public static class ModuleNames
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head.weight";

    public const string InputNorm = "input_layernorm.weight";
    public const string PostAttentionNorm = "post_attention_layernorm.weight";
    public const string QueryNorm = "self_attn.q_norm.weight";
    public const string KeyNorm = "self_attn.k_norm.weight";

    public const string Query = "self_attn.q_proj";
    public const string Key = "self_attn.k_proj";
    public const string Value = "self_attn.v_proj";
    public const string Output = "self_attn.o_proj";
    public const string Gate = "mlp.gate_proj";
    public const string Up = "mlp.up_proj";
    public const string Down = "mlp.down_proj";

    public const string Weight = ".weight";
    public const string Bias = ".bias";

    /// <summary>The seven linear modules of a layer.</summary>
    public static IReadOnlyList<string> Linears { get; } = [Query, Key, Value, Output, Gate, Up, Down];

    /// <summary>The same, those that have one input together.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> OfOneInput { get; } =
        [[Query, Key, Value], [Output], [Gate, Up], [Down]];

    public static string InLayer(int layer, string name) => $"model.layers.{layer}.{name}";
}
