using System.Text.Json;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Models.Common;

/// <summary>
/// Keys of a config that would change the mathematics and that the engine does not compute. Each is refused by name
/// unless its value changes nothing; keys that are not known here and do not look like such a key are ignored.
/// </summary>
internal static class RefusedKeys
{
    private const string Todo = "The engine does not compute this; choose another model.";

    /// <summary>Keys whose value must be null, false, 0, or an empty list, text or object.</summary>
    private static readonly string[] MustBeOff =
    [
        "mlp_bias", "use_bias", "bias", "lm_head_bias", "o_bias", "attention_out_bias", "attention_dropout",
        "attn_pdrop", "resid_pdrop", "embd_pdrop", "hidden_dropout", "hidden_dropout_prob", "residual_dropout",
        "embedding_dropout", "dropout", "attention_chunk_size", "clip_qkv", "alibi", "use_alibi", "parallel_residual",
        "use_parallel_residual", "parallel_attn", "use_post_norm", "norm_after", "sandwich_norm", "rope_interleaved",
        "rope_interleave", "interleaved_rope", "is_encoder_decoder", "add_cross_attention",
        "use_bidirectional_attention", "bidirectional", "rope_local_base_freq", "num_kv_shared_layers",
        "hidden_size_per_layer_input", "vision_config", "text_config", "audio_config", "block_configs",
        "attention_sinks", "attn_sink", "kv_lora_rank", "q_lora_rank", "cross_layer_attention",
        "attn_temperature_tuning", "attention_temperature", "use_attention_gate", "attn_output_gate",
        "per_layer_config", "pruned_heads", "use_mrope", "use_dynamic_ntk", "use_logn_attn",
        "full_attention_interval",
    ];

    /// <summary>Factors: 1 or null changes nothing.</summary>
    private static readonly string[] MustBeOne =
    [
        "partial_rotary_factor", "rotary_pct", "rotary_percent", "attention_multiplier", "residual_multiplier",
        "embedding_multiplier", "logits_scaling", "logit_scale", "logits_scale", "lm_head_multiplier", "key_multiplier",
        "attention_scale", "attn_scale", "embedding_scale", "scale_emb", "scale_depth", "mup_scale",
        "output_multiplier_scale",
    ];

    /// <summary>
    /// Parts of names that no harmless key has: what looks like them is refused where its value does something.
    /// </summary>
    private static readonly string[] Suspects =
    [
        "softcap", "soft_cap", "expert", "moe_", "_moe", "mamba", "ssm_", "quantiz", "quantis", "sliding", "multiplier",
        "logit_scal", "logits_scal", "linear_attn", "linear_conv", "linear_key", "linear_value", "layerdrop",
        "residual_scal",
    ];

    /// <summary>Keys that look like a suspect and change nothing.</summary>
    private static readonly string[] Harmless = ["router_aux_loss_coef", "output_router_logits", "sliding_window"];

    /// <summary>First of all, so that a quantised model is called that.</summary>
    public static void CheckQuantisation(JsonFields f)
    {
        foreach (string key in (string[])["quantization_config", "quantization", "quant_config", "compression_config"])
        {
            if (f.TryGet(key, out JsonElement? value) && !IsOff(value.Value))
            {
                throw new ModelFileException(
                    $"{f.Where}: key {key}: the checkpoint is quantised: expected weights in F64, F32, F16 or BF16, "
                    + $"got {JsonFields.Show(value.Value)}. Choose the unquantised model.");
            }
        }
    }

    public static void Check(JsonFields f, Architecture architecture)
    {
        foreach ((string key, JsonElement value) in f.All)
        {
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            if (MustBeOff.Contains(key) && !IsOff(value))
                throw f.Wrong(key, "nothing, false or 0", value, Todo);
            if (MustBeOne.Contains(key) && !IsOne(value))
                throw f.Wrong(key, "1", value, Todo);
            bool neutral = IsOff(value) || (key.Contains("multiplier") && IsOne(value));
            if (!MustBeOne.Contains(key) && IsSuspect(key) && !neutral)
                throw f.Wrong(key, "nothing", value, Todo);
        }

        CheckActivation(f);
        CheckAttention(f, architecture);
        CheckNorms(f, architecture);
    }

    private static void CheckActivation(JsonFields f)
    {
        foreach (string key in (string[])["hidden_act", "hidden_activation"])
        {
            if (f.TryGet(key, out JsonElement? value) && JsonFields.TextOf(value.Value) is not ("silu" or "swish"))
                throw f.Wrong(key, "\"silu\"", value.Value, Todo);
        }
    }

    private static void CheckAttention(JsonFields f, Architecture architecture)
    {
        if (f.TryGet("is_causal", out JsonElement? causal) && causal.Value.ValueKind != JsonValueKind.True)
            throw f.Wrong("is_causal", "true", causal.Value, Todo);
        if (f.TryGet("position_embedding_type", out JsonElement? positions)
            && JsonFields.TextOf(positions.Value) is not ("rope" or "rotary" or "absolute"))
        {
            // "absolute" is transformers' default of the base config, which decoders with rotary positions do not read.
            throw f.Wrong("position_embedding_type", "\"rope\"", positions.Value, Todo);
        }

        if (f.TryGet("query_pre_attn_scalar", out JsonElement? scalar)
            && f.OptionalNumber("query_pre_attn_scalar") != f.OptionalNumber("head_dim"))
            throw f.Wrong("query_pre_attn_scalar", "head_dim", scalar.Value, Todo);
        if (architecture.DefaultNoRopeInterval == 0 && f.TryGet("no_rope_layers", out JsonElement? rope)
            && !(rope.Value.ValueKind == JsonValueKind.Array && rope.Value.EnumerateArray().All(IsOne)))
            throw f.Wrong("no_rope_layers", "1 for every layer", rope.Value, Todo);
    }

    private static void CheckNorms(JsonFields f, Architecture architecture)
    {
        foreach (string key in (string[])["qk_norm", "use_qk_norm", "qk_layernorm", "use_qk_layernorm"])
        {
            if (f.TryGet(key, out JsonElement? value) && f.Flag(key, false) != architecture.QkNorm)
                throw f.Wrong(key, architecture.QkNorm ? "true" : "false", value.Value, Todo);
        }

        (bool qkv, _) = architecture.Biases(f.Flag("attention_bias", false));
        foreach (string key in (string[])["qkv_bias", "add_qkv_bias", "use_qkv_bias"])
        {
            if (f.TryGet(key, out JsonElement? value) && f.Flag(key, false) != qkv)
                throw f.Wrong(key, qkv ? "true" : "false", value.Value, Todo);
        }
    }

    private static bool IsSuspect(string key) =>
        !Harmless.Contains(key) && Suspects.Any(part => key.Contains(part, StringComparison.OrdinalIgnoreCase))
        && key is not ("use_sliding_window" or "max_window_layers");

    /// <summary>Whether a key is off as <see cref="JsonFields.IsOff"/> has it, or 0.</summary>
    public static bool IsOff(JsonElement value) => JsonFields.IsOff(value)
        || (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == 0);

    private static bool IsOne(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == 1;
}
