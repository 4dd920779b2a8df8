using System.Text.Json.Nodes;
using MolEngine.Basics;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using static MolEngine.Engine.Tests.Models.PublishedConfigTests;

namespace MolEngine.Engine.Tests.Models;

/// <summary>Families and dialects of configs as they are published: Mistral, SmolLM3, DeepSeek, old names.</summary>
public sealed class ConfigDialectTests
{
    private const string Mistral = """
        {"architectures": ["MistralForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu",
         "hidden_size": 4096, "initializer_range": 0.02, "intermediate_size": 14336, "max_position_embeddings": 32768,
         "model_type": "mistral", "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8,
         "rms_norm_eps": 1e-05, "rope_theta": 1000000.0, "sliding_window": null, "tie_word_embeddings": false,
         "torch_dtype": "bfloat16", "transformers_version": "4.42.0.dev0", "use_cache": true, "vocab_size": 32768}
        """;

    private const string SmolLm3 = """
        {"architectures": ["SmolLM3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
         "bos_token_id": 128000, "eos_token_id": 128012, "hidden_act": "silu", "hidden_size": 2048,
         "initializer_range": 0.02, "intermediate_size": 11008, "max_position_embeddings": 65536,
         "max_window_layers": 28, "mlp_bias": false, "model_type": "smollm3", "no_rope_layer_interval": 4,
         "no_rope_layers": [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1,
         1, 0, 1, 1, 1, 0], "num_attention_heads": 16, "num_hidden_layers": 36, "num_key_value_heads": 4,
         "pad_token_id": 128004, "pretraining_tp": 2, "rms_norm_eps": 1e-06, "rope_scaling": null,
         "rope_theta": 5000000.0, "sliding_window": null, "torch_dtype": "bfloat16",
         "use_cache": false, "use_sliding_window": false, "vocab_size": 128256}
        """;

    private const string R1DistillQwen = """
        {"architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 151643,
         "eos_token_id": 151643, "hidden_act": "silu", "hidden_size": 1536, "initializer_range": 0.02,
         "intermediate_size": 8960, "max_position_embeddings": 131072, "max_window_layers": 21, "model_type": "qwen2",
         "num_attention_heads": 12, "num_hidden_layers": 28, "num_key_value_heads": 2, "rms_norm_eps": 1e-06,
         "rope_theta": 10000, "sliding_window": 4096, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
         "transformers_version": "4.44.0", "use_cache": true, "use_mrope": false, "use_sliding_window": false,
         "vocab_size": 151936}
        """;

    private const string R1Qwen3Rope = """
        {"max_position_embeddings": 131072, "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
         "original_max_position_embeddings": 32768, "attn_factor": 0.8782488562869419}}
        """;

    private const string DualChunk = """
        {"dual_chunk_attention_config": {"chunk_size": 262144, "local_size": 8192,
         "original_max_position_embeddings": 262144}, "max_position_embeddings": 1010000}
        """;

    public static TheoryData<string, string> Accepted => new()
    {
        { Mistral, "{}" },
        { Mistral, """{"head_dim": 128, "max_position_embeddings": 1024000, "vocab_size": 131072}""" },
        { SmolLm3, "{}" },
        { R1DistillQwen, "{}" },
        { Qwen3, R1Qwen3Rope },
        { Llama31, """{"architectures": ["LLaMAForCausalLM"], "pretraining_tp": 2}""" },
        { Llama31, """{"architectures": ["PeftModelForCausalLM"]}""" },
        { Llama31, """{"architectures": ["FSDPLlamaForCausalLM"]}""" },
    };

    public static TheoryData<string, string, string> Refused => new()
    {
        { Qwen25, """{"use_sliding_window": true, "layer_types": ["sliding_attention"]}""", "layer_types" },
        { Mistral, """{"sliding_window": 0}""", "sliding_window" },
        { Mistral, """{"num_local_experts": 8}""", "num_local_experts" },
        { SmolLm3, """{"no_rope_layers": [1, 0]}""", "no_rope_layers" },
        { SmolLm3, """{"no_rope_layers": null, "no_rope_layer_interval": 0}""", "no_rope_layer_interval" },
        { Llama31, """{"architectures": ["MixtralForCausalLM"]}""", "MixtralForCausalLM" },
        { Llama31, """{"eos_token_id": [128001, 128256]}""", "eos_token_id" },
        { Llama31, """{"eos_token_id": -1}""", "eos_token_id" },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Is_read(string config, string changes)
    {
        ModelConfig c = ModelConfig.Parse(With(config, changes), "config.json");
        Assert.Equal(c.Architecture == "Qwen2ForCausalLM", c.QkvBias);
        Assert.NotEmpty(Architectures.Of(c).Tensors(c));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Is_refused_by_name(string config, string changes, string key)
    {
        string message = Assert.Throws<ModelFileException>(
            () => ModelConfig.Parse(With(config, changes), "config.json")).Message;
        Assert.StartsWith("config.json: key ", message);
        Assert.Contains(key, message);
    }

    [Fact]
    public void SmolLm3_has_layers_without_positions()
    {
        ModelConfig c = ModelConfig.Parse(SmolLm3, "config.json");
        Assert.Equal([3, 7, 11, 15, 19, 23, 27, 31, 35], c.NoRopeLayers);
        Assert.True(c.TieWordEmbeddings);
        ModelConfig byInterval = ModelConfig.Parse(With(SmolLm3, """{"no_rope_layers": null}"""), "config.json");
        Assert.True(c.ComputesLike(byInterval));
        Assert.Equal(c.NoRopeLayers, byInterval.NoRopeLayers);
        ModelConfig all = ModelConfig.Parse(
            With(SmolLm3, """{"no_rope_layer_interval": 99, "no_rope_layers": null}"""), "x");
        Assert.False(c.ComputesLike(all));
        Assert.Equal(3_075_098_624, Architectures.Of(c).Tensors(c).Sum(t => t.Shape.Count));
    }

    /// <summary>transformers reads attention_factor, and warns of attn_factor.</summary>
    [Fact]
    public void Keys_without_effect_are_noted()
    {
        ModelConfig c = ModelConfig.Parse(With(Qwen3, R1Qwen3Rope), "config.json");
        Assert.Equal((RopeType.Yarn, 4, 32768), (c.Rope.Type, c.Rope.Factor, c.Rope.OriginalMaxPositionEmbeddings));
        Assert.Equal((0.1 * Math.Log(4)) + 1, c.Rope.AttentionFactor, 12);
        Assert.Contains("rope_scaling.attn_factor has no effect", Assert.Single(c.Notes));
        ModelConfig old = ModelConfig.Parse(With(Llama31, """{"architectures": ["LLaMAForCausalLM"]}"""), "x");
        Assert.Equal("LlamaForCausalLM", old.Architecture);
        Assert.Contains("LLaMAForCausalLM", Assert.Single(old.Notes));
        Assert.Empty(ModelConfig.Parse(Llama31, "config.json").Notes);
    }

    public static TheoryData<string, string, int, string> Limited => new()
    {
        { Mistral, """{"sliding_window": 4096}""", 4096, "sliding_window" },
        { Mistral, """{"layer_types": "(none)", "sliding_window": "(none)"}""", 4096, "sliding_window" },
        {
            Qwen25, """{"use_sliding_window": true, "max_window_layers": 21, "sliding_window": 8192}""", 8192,
            "sliding_window"
        },
        { Qwen25, DualChunk, 262144, "dual_chunk_attention_config" },
        {
            Qwen25,
            """{"dual_chunk_attention_config": {"chunk_size": 262144, "local_size": 8192}}""", 253952,
            "dual_chunk_attention_config"
        },
    };

    /// <summary>Attention that is another beyond some length is computed up to it.</summary>
    [Theory]
    [MemberData(nameof(Limited))]
    public void Is_read_for_contexts_up_to_a_limit(string config, string changes, int tokens, string key)
    {
        ModelConfig c = ModelConfig.Parse(With(config, changes), "config.json");
        Assert.Equal(new AttentionLimit("config.json", key, tokens), c.AttentionLimit);
        c.AttentionLimit!.Require(tokens);
        string message = Assert.Throws<UserException>(() => c.AttentionLimit.Require(tokens + 1)).Message;
        Assert.StartsWith($"config.json: key {key}: ", message);
    }

    [Fact]
    public void A_window_without_layers_that_slide_limits_nothing()
    {
        Assert.Null(ModelConfig.Parse(With(Qwen25, """{"use_sliding_window": true}"""), "x").AttentionLimit);
        Assert.Null(ModelConfig.Parse(R1DistillQwen, "x").AttentionLimit);
        Assert.Null(ModelConfig.Parse(Mistral, "x").AttentionLimit);
    }

    /// <summary>Key/value heads of a config that does not name them: each class has a default of its own.</summary>
    [Theory]
    [InlineData("mistral", "MistralForCausalLM", 8)]
    [InlineData("qwen2", "Qwen2ForCausalLM", 32)]
    [InlineData("llama", "LlamaForCausalLM", 64)]
    public void Absent_heads_are_those_of_transformers(string type, string name, int expected)
    {
        JsonObject json = JsonNode.Parse(Llama31)!.AsObject();
        (json["model_type"], json["architectures"], json["num_attention_heads"]) = (type, new JsonArray(name), 64);
        json.Remove("num_key_value_heads");
        Assert.Equal(expected, ModelConfig.Parse(json.ToJsonString(), "x").NumKvHeads);
        json["num_key_value_heads"] = null;
        Assert.Equal(64, ModelConfig.Parse(json.ToJsonString(), "x").NumKvHeads);
    }

    [Fact]
    public void Both_rope_dialects_at_once_may_agree()
    {
        const string Both = """
            {"rope_theta": 1000000,
             "rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 32768},
             "rope_parameters": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768.0,
             "rope_theta": 1000000.0, "beta_fast": 32.0}}
            """;
        ModelConfig c = ModelConfig.Parse(With(Qwen3, Both), "config.json");
        Assert.Equal((RopeType.Yarn, 4, 1e6), (c.Rope.Type, c.Rope.Factor, c.Rope.Theta));
        string other = Both.Replace("\"factor\": 4.0", "\"factor\": 2.0");
        Assert.Contains(
            "disagree", Assert.Throws<ModelFileException>(() => ModelConfig.Parse(With(Qwen3, other), "x")).Message);
    }

    /// <summary>What yarn leaves out: factor is the ratio of the two contexts.</summary>
    [Fact]
    public void Yarn_has_defaults()
    {
        ModelConfig c = ModelConfig.Parse(
            With(Qwen3, """{"rope_scaling": {"rope_type": "yarn", "original_max_position_embeddings": 10240}}"""), "x");
        Assert.Equal((4, 32, 1, true), (c.Rope.Factor, c.Rope.BetaFast, c.Rope.BetaSlow, c.Rope.Truncate));
        Assert.Equal((0.1 * Math.Log(4)) + 1, c.Rope.AttentionFactor, 12);
    }

    /// <summary>Python writes numbers that JSON lacks.</summary>
    [Fact]
    public void Numbers_of_Python_matter_only_where_something_reads_them()
    {
        string json = Llama31.Replace(
            "\"mlp_bias\": false", "\"mlp_bias\": false, \"a\": NaN, \"b\": [-Infinity, \"NaN \\\" Infinity\"]");
        ModelConfig c = ModelConfig.Parse(json, "config.json");
        Assert.Equal(json, c.RawJson);
        string bad = Llama31.Replace("1e-05", "NaN");
        Assert.Contains(
            "rms_norm_eps: expected a finite number, got NaN",
            Assert.Throws<ModelFileException>(() => ModelConfig.Parse(bad, "config.json")).Message);
    }
}
