using System.Text.Json.Nodes;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Models;

/// <summary>Configs as they are published, written anew: which keys stand there, and with which values.</summary>
public sealed class PublishedConfigTests
{
    internal const string Llama31 = """
        {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 128000,
         "eos_token_id": [128001, 128008, 128009], "hidden_act": "silu", "hidden_size": 4096, "initializer_range": 0.02,
         "intermediate_size": 14336, "max_position_embeddings": 131072, "mlp_bias": false, "model_type": "llama",
         "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8, "pretraining_tp": 1,
         "rms_norm_eps": 1e-05, "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
         "original_max_position_embeddings": 8192, "rope_type": "llama3"}, "rope_theta": 500000.0,
         "tie_word_embeddings": false, "torch_dtype": "bfloat16", "transformers_version": "4.42.3", "use_cache": true,
         "vocab_size": 128256}
        """;

    private const string Llama32 = """
        {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 128000,
         "eos_token_id": 128001, "head_dim": 64, "hidden_act": "silu", "hidden_size": 2048, "initializer_range": 0.02,
         "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": false, "model_type": "llama",
         "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8, "pretraining_tp": 1,
         "rms_norm_eps": 1e-05, "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
         "original_max_position_embeddings": 8192, "rope_type": "llama3"}, "rope_theta": 500000.0,
         "tie_word_embeddings": true, "torch_dtype": "bfloat16", "transformers_version": "4.45.0.dev0",
         "use_cache": true, "vocab_size": 128256}
        """;

    private const string Llama2 = """
        {"_name_or_path": "meta-llama/Llama-2-7b-hf", "architectures": ["LlamaForCausalLM"], "bos_token_id": 1,
         "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 4096, "initializer_range": 0.02,
         "intermediate_size": 11008, "max_position_embeddings": 4096, "model_type": "llama", "num_attention_heads": 32,
         "num_hidden_layers": 32, "num_key_value_heads": 32, "pad_token_id": -1, "pretraining_tp": 1,
         "rms_norm_eps": 1e-05, "rope_scaling": null, "tie_word_embeddings": false, "torch_dtype": "float16",
         "transformers_version": "4.31.0.dev0", "use_cache": true, "vocab_size": 32000}
        """;

    internal const string Qwen25 = """
        {"architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151645,
         "hidden_act": "silu", "hidden_size": 3584, "initializer_range": 0.02, "intermediate_size": 18944,
         "max_position_embeddings": 32768, "max_window_layers": 28, "model_type": "qwen2", "num_attention_heads": 28,
         "num_hidden_layers": 28, "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
         "sliding_window": 131072, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
         "transformers_version": "4.43.1", "use_cache": true, "use_sliding_window": false, "vocab_size": 152064}
        """;

    internal const string Qwen3 = """
        {"architectures": ["Qwen3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 151643,
         "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024, "initializer_range": 0.02,
         "intermediate_size": 3072, "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3",
         "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8, "rms_norm_eps": 1e-06,
         "rope_scaling": null, "rope_theta": 1000000, "sliding_window": null, "tie_word_embeddings": true,
         "torch_dtype": "bfloat16", "transformers_version": "4.51.0", "use_cache": true, "use_sliding_window": false,
         "vocab_size": 151936}
        """;

    private const string SmolLm2 = """
        {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 1,
         "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 576, "initializer_range": 0.041666666666666664,
         "intermediate_size": 1536, "is_llama_config": true, "max_position_embeddings": 8192, "mlp_bias": false,
         "model_type": "llama", "num_attention_heads": 9, "num_hidden_layers": 30, "num_key_value_heads": 3,
         "pad_token_id": 2, "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_interleaved": false, "rope_scaling": null,
         "rope_theta": 100000, "tie_word_embeddings": true, "torch_dtype": "bfloat16", "transformers_version": "4.42.3",
         "transformers.js_config": {"kv_cache_dtype": {"q4f16": "float16", "fp16": "float16"}}, "use_cache": true,
         "vocab_size": 49152}
        """;

    public static TheoryData<string, string> Accepted => new()
    {
        { Llama31, "{}" },
        { Llama31, """{"_attn_implementation_autoset": true, "unsloth_fixed": true, "unsloth_version": "2025.1"}""" },
        { Llama31, """{"attn_implementation": "flash_attention_2", "_attn_implementation": "sdpa"}""" },
        { Llama31, """{"auto_map": {"AutoModelForCausalLM": "modeling_llama.LlamaForCausalLM"}}""" },
        { Llama32, "{}" },
        { Llama2, "{}" },
        { Llama2, """{"max_sequence_length": 4096, "max_length": 4096, "rope_scaling": {"factor": 4.0, "type": "linear"}}""" },
        {
            Llama2,
            """{"rope_scaling": {"factor": 16.0, "finetuned": true, "original_max_position_embeddings": 4096, "type": "yarn"}}"""
        },
        { Qwen25, "{}" },
        { Qwen25, """{"use_mrope": false, "sliding_window": 4096, "max_window_layers": 21}""" },
        {
            Qwen25,
            """{"rope_scaling": {"factor": 4.0, "original_max_position_embeddings": 32768, "type": "yarn"}, "sliding_window": null}"""
        },
        { Qwen3, "{}" },
        { Qwen3, """{"rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}}""" },
        { SmolLm2, "{}" },
    };

    public static TheoryData<string, string, string> Refused => new()
    {
        { Qwen25, """{"is_causal": false, "auto_map": {"AutoModel": "modeling_qwen.Qwen2Model"}}""", "is_causal" },
        { Qwen25, """{"rope_scaling": {"mrope_section": [16, 24, 24], "type": "default"}}""", "rope_scaling.mrope_section" },
        { Qwen25, """{"quantization_config": {"bits": 4, "group_size": 128, "quant_method": "awq"}}""", "quantization_config" },
        { Qwen25, """{"quantization": {"bits": 4, "group_size": 64}}""", "quantization" },
        { Llama2, """{"rope_scaling": {"factor": 2.0, "type": "dynamic"}}""", "rope_scaling.type" },
        { Llama31, """{"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}}""", "rope_scaling.rope_type" },
        { Llama31, """{"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": true}}""", "quantization_config" },
        { Llama31, """{"quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}""", "quantization_config" },
        { Llama31, """{"quantization_config": {"config_groups": {}, "quant_method": "compressed-tensors"}}""", "quantization_config" },
        { Llama31, """{"architectures": ["LlamaForCausalLMEagle3"]}""", "LlamaForCausalLMEagle3" },
        { Llama31, """{"attention_multiplier": 0.0078125, "logits_scaling": 8.0}""", "attention_multiplier" },
        { Llama31, """{"sliding_window": 4096}""", "sliding_window" },
        { Qwen3, """{"num_experts": 128, "num_experts_per_tok": 8}""", "num_experts" },
        { Qwen3, """{"partial_rotary_factor": 0.25}""", "partial_rotary_factor" },
        { Qwen3, """{"full_attention_interval": 4}""", "full_attention_interval" },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Is_read(string config, string changes)
    {
        ModelConfig c = ModelConfig.Parse(With(config, changes), "config.json");
        Assert.Equal(c.Architecture == "Qwen2ForCausalLM", c.QkvBias);
        Assert.True(c.StoredType is DType.BF16 or DType.F16);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Is_refused_by_name(string config, string changes, string key)
    {
        string message = Assert.Throws<ModelFileException>(() => ModelConfig.Parse(With(config, changes),
            "config.json")).Message;
        Assert.StartsWith("config.json: key ", message);
        Assert.Contains(key, message);
    }

    [Fact]
    public void Llama_3_2_is_what_it_says()
    {
        ModelConfig c = ModelConfig.Parse(Llama32, "config.json");
        Assert.Equal((64, 32, 8, 16, true), (c.HeadDim, c.NumHeads, c.NumKvHeads, c.NumLayers, c.TieWordEmbeddings));
        var rope = new RopeParameters(RopeType.Llama3, 500000)
        {
            Factor = 32,
            LowFreqFactor = 1,
            HighFreqFactor = 4,
            OriginalMaxPositionEmbeddings = 8192,
        };
        Assert.Equal(rope, c.Rope);
        Assert.Equal(1_235_814_400, Architectures.Of(c).Tensors(c).Sum(t => t.Shape.Count));
    }

    /// <summary>transformers 5 writes a type for every layer and gathers the rotary settings.</summary>
    [Fact]
    public void Both_dialects_of_Qwen3_say_the_same()
    {
        JsonObject newer = JsonNode.Parse(Qwen3)!.AsObject();
        foreach (string key in (string[])["rope_scaling", "rope_theta", "torch_dtype"])
            newer.Remove(key);
        newer["rope_parameters"] = JsonNode.Parse("""{"rope_theta": 1000000, "rope_type": "default"}""");
        newer["layer_types"] = new JsonArray(
            [.. Enumerable.Repeat<JsonNode>("full_attention", 28).Select(n => n.DeepClone())]);
        newer["dtype"] = "bfloat16";
        newer["pad_token_id"] = null;
        ModelConfig a = ModelConfig.Parse(Qwen3, "old"), b = ModelConfig.Parse(newer.ToJsonString(), "new");
        Assert.True(a.ComputesLike(b));
        Assert.Equal(a with { RawJson = "" }, b with { RawJson = "", EosTokenIds = a.EosTokenIds });
        newer["layer_types"]![5] = "sliding_attention";
        Assert.Contains(
            "layer_types",
            Assert.Throws<ModelFileException>(() => ModelConfig.Parse(newer.ToJsonString(), "new")).Message);
    }

    internal static string With(string config, string changes)
    {
        JsonObject json = JsonNode.Parse(config)!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse(changes)!.AsObject())
        {
            if (value?.ToJsonString() == "\"(none)\"")
                json.Remove(key);
            else
                json[key] = value?.DeepClone();
        }

        return json.ToJsonString();
    }
}
