using System.Text.Json.Nodes;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tests.Weights;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Models;

/// <summary>Small configs and model folders made on the spot.</summary>
internal static class TinyModel
{
    /// <summary>
    /// A Llama config of 2 layers; <paramref name="changes"/> is a JSON object whose fields replace or join it, null
    /// removes.
    /// </summary>
    public static string Json(string changes = "{}")
    {
        JsonObject config = JsonNode.Parse("""
            {
              "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 11, "hidden_size": 8, "intermediate_size": 6,
              "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 4, "hidden_act": "silu",
              "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": false, "max_position_embeddings": 128,
              "eos_token_id": 2, "torch_dtype": "float32"
            }
            """)!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse(changes)!.AsObject())
        {
            if (value?.ToJsonString() == "\"(remove)\"")
                config.Remove(key);
            else
                config[key] = value?.DeepClone();
        }

        return config.ToJsonString();
    }

    public static ModelConfig Config(string changes = "{}") => ModelConfig.Parse(Json(changes), "config.json");

    /// <summary>Every tensor of a config, each with numbers of its own that bfloat16 holds exactly.</summary>
    public static Dictionary<string, Tensor> Tensors(ModelConfig config)
    {
        int seed = 100;
        return Architectures.Of(config).Tensors(config).ToDictionary(
            s => s.Name,
            s => Hosts.Tensor(s.Name, DType.F32, s.Shape.Dimensions.ToArray(),
                Hosts.Numbers((int)s.Shape.Count, seed++)));
    }

    /// <summary>Writes config.json and model.safetensors.</summary>
    public static Dictionary<string, Tensor> Save(TempFolder folder, string changes = "{}", DType type = DType.F32)
    {
        folder.Write("config.json", Json(changes));
        Dictionary<string, Tensor> tensors = Tensors(Config(changes));
        Save(folder, tensors, type);
        return tensors;
    }

    public static void Save(TempFolder folder, Dictionary<string, Tensor> tensors, DType type = DType.F32) =>
        SafetensorsWriter.Write(folder["model.safetensors"], [.. tensors.Select(t => (t.Key, type, t.Value))]);
}
