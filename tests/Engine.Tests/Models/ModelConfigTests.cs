using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Models;

public sealed class ModelConfigTests
{
    [Fact]
    public void Every_field_is_read()
    {
        ModelConfig c = TinyModel.Config(
            """{"bos_token_id": 1, "eos_token_id": [2, 5], "pad_token_id": 7, "initializer_range": 0.1, "torch_dtype": "bfloat16", "attention_bias": true}""");
        Assert.Equal(("LlamaForCausalLM", "llama", 11, 8, 6, 2),
            (c.Architecture, c.ModelType, c.VocabSize, c.HiddenSize, c.IntermediateSize, c.NumLayers));
        Assert.Equal(
            (4, 2, 4, 1e-5, 128), (c.NumHeads, c.NumKvHeads, c.HeadDim, c.RmsNormEps, c.MaxPositionEmbeddings));
        Assert.Equal(new RopeParameters(RopeType.Default, 10000), c.Rope);
        Assert.Equal((false, true, true, false), (c.TieWordEmbeddings, c.QkvBias, c.OutputBias, c.QkNorm));
        Assert.Equal((1, 7, 0.1, DType.BF16), (c.BosTokenId, c.PadTokenId, c.InitializerRange, c.StoredType));
        Assert.Equal([2, 5], c.EosTokenIds);
        Assert.Contains("\"torch_dtype\"", c.RawJson);
    }

    [Fact]
    public void Both_dialects_say_the_same()
    {
        ModelConfig older = TinyModel.Config(
            """{"rope_theta": 5e5, "rope_scaling": {"type": "linear", "factor": 4}, "torch_dtype": "bfloat16"}""");
        ModelConfig newer = TinyModel.Config(
            """
            {"rope_theta": "(remove)", "rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 500000.0}, "torch_dtype": "(remove)",
             "dtype": "bfloat16", "layer_types": ["full_attention", "full_attention"], "sliding_window": null, "pad_token_id": null}
            """);
        Assert.Equal(new RopeParameters(RopeType.Linear, 5e5) { Factor = 4 }, older.Rope);
        Assert.Equal(older.Rope, newer.Rope);
        Assert.Equal((DType.BF16, DType.BF16), (older.StoredType, newer.StoredType));
    }

    [Fact]
    public void Defaults_are_those_of_transformers()
    {
        ModelConfig c = TinyModel.Config(
            """
            {"num_key_value_heads": "(remove)", "head_dim": null, "rms_norm_eps": "(remove)", "rope_theta": "(remove)", "tie_word_embeddings": "(remove)",
             "max_position_embeddings": "(remove)", "eos_token_id": null, "torch_dtype": "(remove)", "hidden_act": "(remove)"}
            """);
        Assert.Equal(
            (4, 2, 1e-6, 10000.0, false), (c.NumKvHeads, c.HeadDim, c.RmsNormEps, c.Rope.Theta, c.TieWordEmbeddings));
        Assert.Equal((2048, 0.02, DType.F32), (c.MaxPositionEmbeddings, c.InitializerRange, c.StoredType));
        Assert.Empty(c.EosTokenIds);
    }

    [Theory]
    [InlineData("""{"attention_bias": true}""", "LlamaForCausalLM", "llama", true, true, false)]
    [InlineData("""{}""", "LlamaForCausalLM", "llama", false, false, false)]
    [InlineData("""{}""", "Qwen2ForCausalLM", "qwen2", true, false, false)]
    [InlineData("""{"attention_bias": true}""", "Qwen3ForCausalLM", "qwen3", true, true, true)]
    [InlineData("""{}""", "Qwen3ForCausalLM", "qwen3", false, false, true)]
    public void Architectures_differ_in_biases_and_norms(
        string changes, string name, string type, bool qkv, bool output, bool norm)
    {
        string json = TinyModel.Json(changes).Replace("LlamaForCausalLM", name).Replace("\"llama\"", $"\"{type}\"");
        ModelConfig c = ModelConfig.Parse(json, "config.json");
        Assert.Equal((qkv, output, norm), (c.QkvBias, c.OutputBias, c.QkNorm));
        Dictionary<string, Shape> tensors = Architectures.Of(c).Tensors(c).ToDictionary(t => t.Name, t => t.Shape);
        Assert.Equal(qkv, tensors.GetValueOrDefault("model.layers.1.self_attn.k_proj.bias") == new Shape(8)
            && tensors.ContainsKey("model.layers.0.self_attn.q_proj.bias"));
        Assert.Equal(output, tensors.ContainsKey("model.layers.1.self_attn.o_proj.bias"));
        Assert.Equal(norm, tensors.ContainsKey("model.layers.1.self_attn.k_norm.weight"));
        Assert.Equal(new Shape(16, 8), tensors["model.layers.0.self_attn.q_proj.weight"]);
        Assert.Equal(new Shape(8, 16), tensors["model.layers.0.self_attn.o_proj.weight"]);
        Assert.Equal(new Shape(8, 6), tensors["model.layers.1.mlp.down_proj.weight"]);
        Assert.Equal(3 + (2 * (9 + (qkv ? 3 : 0) + (output ? 1 : 0) + (norm ? 2 : 0))), tensors.Count);
        Assert.Equal("model.embed_tokens.weight", tensors.Keys.First());
        Assert.Equal("lm_head.weight", tensors.Keys.Last());
    }

    [Fact]
    public void Without_architectures_the_model_type_decides()
    {
        Assert.Equal("LlamaForCausalLM", TinyModel.Config("""{"architectures": "(remove)"}""").Architecture);
        Assert.Equal("LlamaForCausalLM", TinyModel.Config("""{"model_type": "(remove)"}""").Architecture);
        Refuses("""{"architectures": "(remove)", "model_type": "(remove)"}""", "architectures is missing");
    }

    [Theory]
    [InlineData("""{"use_sliding_window": true, "sliding_window": 4096}""", "use_sliding_window")]
    [InlineData("""{"sliding_window": 4096}""", "sliding_window")]
    [InlineData("""{"layer_types": ["full_attention", "sliding_attention"]}""", "layer_types: expected full_attention in every layer, got sliding_attention")]
    [InlineData("""{"layer_types": ["full_attention"]}""", "layer_types: expected one for each of the 2 layers")]
    [InlineData("""{"partial_rotary_factor": 0.5}""", "partial_rotary_factor: expected 1, got 0.5")]
    [InlineData("""{"rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.25}}""", "rope_parameters.partial_rotary_factor")]
    [InlineData("""{"mlp_bias": true}""", "mlp_bias")]
    [InlineData("""{"hidden_act": "gelu"}""", "hidden_act: expected \"silu\", got \"gelu\"")]
    [InlineData("""{"hidden_activation": "gelu_pytorch_tanh"}""", "hidden_activation")]
    [InlineData("""{"attention_multiplier": 0.015}""", "attention_multiplier")]
    [InlineData("""{"residual_multiplier": 0.22}""", "residual_multiplier")]
    [InlineData("""{"embedding_multiplier": 12}""", "embedding_multiplier")]
    [InlineData("""{"mlp_up_multiplier": 12}""", "mlp_up_multiplier")]
    [InlineData("""{"logits_scaling": 8}""", "logits_scaling")]
    [InlineData("""{"logit_scale": 0.0625}""", "logit_scale")]
    [InlineData("""{"final_logit_softcapping": 30.0}""", "final_logit_softcapping")]
    [InlineData("""{"attn_logit_softcapping": 50.0}""", "attn_logit_softcapping")]
    [InlineData("""{"num_experts": 128}""", "num_experts")]
    [InlineData("""{"num_local_experts": 8}""", "num_local_experts")]
    [InlineData("""{"moe_intermediate_size": 768}""", "moe_intermediate_size")]
    [InlineData("""{"attention_dropout": 0.1}""", "attention_dropout")]
    [InlineData("""{"no_rope_layers": [1, 0]}""", "no_rope_layers")]
    [InlineData("""{"is_causal": false}""", "is_causal")]
    [InlineData("""{"qk_norm": true}""", "qk_norm")]
    [InlineData("""{"vision_config": {"depth": 1}}""", "vision_config")]
    [InlineData("""{"quantization_config": {"quant_method": "gptq", "bits": 4}}""", "quantization_config: the checkpoint is quantised")]
    [InlineData("""{"quantization": {"bits": 4}}""", "quantization: the checkpoint is quantised")]
    public void What_would_change_the_mathematics_is_refused_by_name(string changes, string expected) =>
        Refuses(changes, expected);

    [Fact]
    public void The_same_keys_at_rest_are_ignored() => TinyModel.Config(
        """
        {"use_sliding_window": false, "sliding_window": 4096, "max_window_layers": 28, "partial_rotary_factor": 1.0, "mlp_bias": false, "pretraining_tp": 1,
         "attention_multiplier": 1, "logits_scaling": 1.0, "final_logit_softcapping": null, "num_experts": 0, "attention_dropout": 0.0,
         "quantization_config": null, "no_rope_layers": [1, 1], "is_causal": true, "qk_norm": false, "use_cache": true, "_name_or_path": "x",
         "transformers_version": "5.1.0", "output_router_logits": false, "num_nextn_predict_layers": 0, "anything": {"else": 1}}
        """);

    [Theory]
    [InlineData("""{"architectures": ["MixtralForCausalLM"]}""", "architectures: this architecture is not supported: expected one of Qwen3ForCausalLM, Qwen2ForCausalLM, LlamaForCausalLM, MistralForCausalLM, SmolLM3ForCausalLM, got MixtralForCausalLM")]
    [InlineData("""{"architectures": ["LlamaForSequenceClassification"]}""", "LlamaForSequenceClassification")]
    [InlineData("""{"architectures": null, "model_type": "gemma3"}""", "got gemma3")]
    [InlineData("""{"model_type": "mistral"}""", "model_type: expected llama")]
    [InlineData("""{"num_key_value_heads": 3}""", "num_key_value_heads: expected a divisor of num_attention_heads (4), got 3")]
    [InlineData("""{"head_dim": 3}""", "head_dim: expected an even number")]
    [InlineData("""{"head_dim": null, "num_attention_heads": 3, "num_key_value_heads": 3}""", "hidden_size: expected a multiple")]
    [InlineData("""{"vocab_size": 0}""", "vocab_size: expected 1 to")]
    [InlineData("""{"vocab_size": 16000000, "hidden_size": 1024}""", "vocab_size: expected at most")]
    [InlineData("""{"num_hidden_layers": 1000000000}""", "num_hidden_layers: expected 1 to")]
    [InlineData("""{"hidden_size": "(remove)"}""", "hidden_size is missing")]
    [InlineData("""{"hidden_size": "8"}""", "hidden_size: expected an integer")]
    [InlineData("""{"hidden_size": 8.5}""", "hidden_size: expected an integer")]
    [InlineData("""{"rms_norm_eps": 0}""", "rms_norm_eps: expected a number above 0")]
    [InlineData("""{"torch_dtype": "int8"}""", "torch_dtype: expected float64")]
    [InlineData("""{"dtype": "bfloat16"}""", "dtype and torch_dtype disagree")]
    [InlineData("""{"tie_word_embeddings": 1}""", "tie_word_embeddings: expected true or false")]
    [InlineData("""{"rope_theta": 1}""", "rope_theta: expected a number above 1")]
    [InlineData("""{"rope_scaling": {"rope_type": "dynamic", "factor": 2}}""", "rope_scaling.rope_type: expected default, linear, llama3 or yarn, got dynamic")]
    [InlineData("""{"rope_scaling": {"type": "longrope", "factor": 2}}""", "rope_scaling.type: expected default, linear, llama3 or yarn, got longrope")]
    [InlineData("""{"rope_parameters": {"rope_type": "proportional"}}""", "rope_parameters.rope_type")]
    [InlineData("""{"rope_scaling": {"type": "linear", "rope_type": "yarn", "factor": 2}}""", "disagree")]
    [InlineData("""{"rope_scaling": {"type": "linear"}}""", "rope_scaling.factor is missing")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 0.5}}""", "rope_scaling.factor: expected a number of 1 or more")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 2, "beta_fast": 3}}""", "rope_scaling.beta_fast: expected nothing with rope type linear")]
    [InlineData("""{"rope_scaling": {"type": "default", "mrope_section": [1, 2]}}""", "rope_scaling.mrope_section")]
    [InlineData("""{"rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4}}""", "rope_scaling.high_freq_factor: expected more than")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 2}, "rope_parameters": {"rope_type": "default"}}""", "rope_scaling and rope_parameters disagree")]
    [InlineData("""{"rope_parameters": {"rope_type": "default", "rope_theta": 5}}""", "rope_parameters.rope_theta: expected 10000")]
    [InlineData("""{"rope_parameters": {"full_attention": {"rope_type": "default"}}}""", "rope_parameters.full_attention")]
    public void Bad_values_are_refused_by_name(string changes, string expected) => Refuses(changes, expected);

    [Fact]
    public void A_Qwen3_without_head_dim_is_refused_where_transformers_would_take_another()
    {
        string json = TinyModel.Json("""{"head_dim": "(remove)"}""").Replace("LlamaForCausalLM", "Qwen3ForCausalLM").Replace("\"llama\"", "\"qwen3\"");
        Assert.Contains("head_dim is missing",
            Assert.Throws<ModelFileException>(() => ModelConfig.Parse(json, "config.json")).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"a\": 1, \"a\": 2}")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData("{\"model_type\": \"\\ud800\"}")]
    [InlineData("{\"vocab_size\": 1e999}")]
    [InlineData("nonsense")]
    public void Text_that_is_no_config_is_refused(string json) =>
        Assert.Throws<ModelFileException>(() => ModelConfig.Parse(json, "config.json"));

    [Fact]
    public void Random_damage_never_gives_another_exception()
    {
        var random = new Random(3);
        string json = TinyModel.Json("""{"rope_scaling": {"type": "yarn", "factor": 2.0}, "layer_types": ["full_attention", "full_attention"], "eos_token_id": [2, 3]}""");
        const string Letters = "{}[]\",:0123456789.-eE truefalsn\\";
        int refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            char[] text = json.ToCharArray();
            for (int n = random.Next(1, 4); n > 0; n--)
                text[random.Next(text.Length)] = Letters[random.Next(Letters.Length)];
            try
            {
                ModelConfig.Parse(new string(text), "config.json");
            }
            catch (ModelFileException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 1999);
    }

    [Fact]
    public void An_absent_config_is_a_user_error() =>
        Assert.Contains("not found",
            Assert.Throws<ModelFileException>(() => ModelConfig.Load("/nowhere/at/all")).Message);

    private static void Refuses(string changes, string expected)
    {
        var e = Assert.Throws<ModelFileException>(() => TinyModel.Config(changes));
        Assert.Contains(expected, e.Message);
        Assert.StartsWith("config.json: ", e.Message);
        Assert.Contains("expected", e.Message);
    }
}
