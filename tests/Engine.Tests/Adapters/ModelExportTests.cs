using System.Text.Json.Nodes;
using MolEngine.Basics;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Files;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tests.Models;
using MolEngine.Engine.Tests.Weights;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Adapters;

public sealed class ModelExportTests : IDisposable
{
    private static readonly LoraConfig Lora = new(3, 5, true, 0, ["q_proj", "down_proj"]);
    private readonly TempFolder _model = new();
    private readonly TempFolder _other = new();

    private string Target => _other["merged"];

    private string Adapter => _other["adapter"];

    public void Dispose()
    {
        _model.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData(DType.F32, "float32")]
    [InlineData(DType.BF16, "bfloat16")]
    [InlineData(DType.F16, "float16")]
    [InlineData(DType.F64, "float64")]
    public void A_merged_weight_is_W_plus_scale_B_A_rounded_once(DType type, string name)
    {
        Dictionary<string, Tensor> weights = TinyModel.Save(_model, $$"""{"torch_dtype": "{{name}}"}""", type);
        var modules = SaveAdapter(TinyModel.Config());
        ModelExport.Merge(Target, _model.Root, Adapter);
        using ModelWeights merged = ModelWeights.Open(Target, ModelConfig.Load(Target));
        using SafetensorsFile stored = SafetensorsFile.Open(Path.Combine(Target, "model.safetensors"));
        using SafetensorsFile original = SafetensorsFile.Open(_model["model.safetensors"]);
        int changed = 0;
        foreach (string tensor in weights.Keys)
        {
            double[] expected = Hosts.Values(original.Tensor(tensor));
            if (modules.TryGetValue(tensor.Replace(".weight", ""), out (Tensor A, Tensor B) lora))
            {
                expected = ByHand(expected, Hosts.Values(lora.A), Hosts.Values(lora.B), lora.A.Shape[1], type);
                changed++;
            }

            Assert.Equal(type, stored.Entries[tensor].Type);
            // The order of a float64 sum may move its last bit; where that straddles a tie the rounding differs by one
            // step.
            double step = type switch { DType.F32 => 1e-7, DType.BF16 => 4e-3, DType.F16 => 5e-4, _ => 1e-13 };
            double[] got = Hosts.Values(stored.Tensor(tensor));
            Assert.Equal(expected.Length, got.Zip(expected).Count(
                p => Math.Abs(p.First - p.Second) <= step * Math.Max(Math.Abs(p.Second), 0.01)));
            Assert.InRange(got.Zip(expected).Count(p => p.First == p.Second), type == DType.F64 ? 0
                : expected.Length - 1, expected.Length);
        }

        Assert.Equal(4, changed);
    }

    /// <summary>Rounding to bfloat16 takes much of a small update; float32 takes next to nothing.</summary>
    [Fact]
    public void What_rounding_takes_is_measured_and_another_type_avoids_it()
    {
        TinyModel.Save(_model, """{"torch_dtype": "bfloat16"}""", DType.BF16);
        SaveAdapter(TinyModel.Config(), alpha: 0.02);
        PeftAdapter adapter = PeftAdapter.Load(Adapter, TinyModel.Config());
        MergeRounding rounded = ModelExport.Merge(Target, _model.Root, adapter.Config, adapter.Modules);
        MergeRounding wide = ModelExport.Merge(
            _other["wide"], _model.Root, adapter.Config, adapter.Modules, DType.F32);
        Assert.Equal(rounded.Update, wide.Update);
        Assert.InRange(wide.Share, 1e-9, 1e-3);
        using ModelWeights narrow = ModelWeights.Open(Target, ModelConfig.Load(Target));
        ModelConfig config = ModelConfig.Load(_other["wide"]);
        using ModelWeights exact = ModelWeights.Open(_other["wide"], config);
        Assert.Equal(DType.F32, config.StoredType);
        Assert.All(exact.Names, name => Assert.Equal(DType.F32, exact.StoredType(name)));
        double error = adapter.Modules.Keys.Sum(m => Hosts.Values(narrow[m + ".weight"])
            .Zip(Hosts.Values(exact[m + ".weight"])).Sum(p => Math.Pow(p.First - p.Second, 2)));
        Assert.InRange(rounded.Error / error, 0.99, 1.01);
        Assert.InRange(rounded.Share, 0.05, 20);
        Assert.Equal((true, false), (rounded.HasNarrow, wide.HasNarrow));
        Assert.Equal(Hosts.Values(narrow["model.norm.weight"]), Hosts.Values(exact["model.norm.weight"]));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 7, 2)]
    [InlineData(6, 40, 3)]
    [InlineData(9, 67, 16)]
    public void Products_of_every_shape_are_merged_right(int outputs, int inputs, int rank)
    {
        double[] w = Hosts.Numbers(outputs * inputs, 1), a = Hosts.Numbers(rank * inputs, 2), b = Hosts.Numbers(
            outputs * rank, 3);
        Tensor merged = Hosts.Tensor("m", DType.F64, [outputs, inputs]);
        LoraMerge.Merge(
            Hosts.Tensor("w", DType.F32, [outputs, inputs], w), Hosts.Tensor("a", DType.F32, [rank, inputs], a),
            Hosts.Tensor("b", DType.F32, [outputs, rank], b), 0.75, merged);
        double[] got = Hosts.Values(merged);
        for (int i = 0; i < w.Length; i++)
        {
            int o = i / inputs, k = i % inputs;
            double sum = Enumerable.Range(0, rank).Sum(r => b[(o * rank) + r] * a[(r * inputs) + k]);
            Assert.Equal(w[i] + (0.75 * sum), got[i], 1e-14);
        }
    }

    [Fact]
    public void Config_generation_config_and_tokenizer_files_go_along_as_they_are()
    {
        TinyModel.Save(_model, """{"some_key": 1e-06, "rope_theta": "(remove)", "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}}""");
        string[] names = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
            "special_tokens_map.json", "chat_template.jinja", "merges.txt"];
        foreach (string name in names.Skip(1))
            _model.Write(name, $"{{ \"{name}\" }}");
        _model.Write("pytorch_model.bin", "not this");
        SaveAdapter(TinyModel.Config());
        ModelExport.Merge(Target, _model.Root, Adapter);
        Assert.All(names, name => Assert.Equal(
            File.ReadAllBytes(_model[name]), File.ReadAllBytes(Path.Combine(Target, name))));
        Assert.Equal([.. names.Append("model.safetensors").Order()],
            Directory.GetFiles(Target).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_folder_that_holds_files_is_not_overwritten_and_a_failure_leaves_nothing()
    {
        TinyModel.Save(_model);
        SaveAdapter(TinyModel.Config());
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "mine"), "x");
        Assert.Contains("got one that holds files",
            Assert.Throws<UserException>(() => ModelExport.Merge(Target, _model.Root, Adapter)).Message);
        Assert.Equal(["mine"], Directory.GetFiles(Target).Select(Path.GetFileName));
        TinyModel.Save(_model, type: DType.F16);
        var huge = SaveAdapter(TinyModel.Config(), 1e6);
        string message = Assert.Throws<ModelFileException>(() => ModelExport.Merge(_other["b"], _model.Root,
            Adapter)).Message;
        Assert.Contains("does not fit F16", message);
        Assert.Contains("_proj.weight[", message);
        Assert.Equal(
            ["adapter", "merged"], Directory.GetFileSystemEntries(_other.Root).Select(Path.GetFileName).Order());
        Assert.NotEmpty(huge);
    }

    [Fact]
    public void Large_models_are_sharded_in_order_with_an_index()
    {
        Dictionary<string, Tensor> weights = TinyModel.Save(_model);
        SaveAdapter(TinyModel.Config());
        ModelExport.Merge(_other["one"], _model.Root, Adapter);
        ModelExport.Merge(Target, _model.Root, Adapter, shardBytes: 1000);
        string[] shards = [.. Directory.GetFiles(Target, "*.safetensors").Order()];
        Assert.InRange(shards.Length, 3, 10);
        Assert.Equal($"model-00001-of-{shards.Length:D5}.safetensors", Path.GetFileName(shards[0]));
        Assert.All(shards, s => Assert.InRange(OpenTotal(s, out int count), 1, count == 1 ? long.MaxValue : 1000));
        JsonNode index = JsonNode.Parse(File.ReadAllText(Path.Combine(Target, "model.safetensors.index.json")))!;
        Assert.Equal(weights.Values.Sum(t => t.Count) * 4, index["metadata"]!["total_size"]!.GetValue<long>());
        Assert.Equal(weights.Keys.Order(StringComparer.Ordinal), index["weight_map"]!.AsObject().Select(m => m.Key));
        ModelConfig config = ModelConfig.Load(Target);
        using ModelWeights one = ModelWeights.Open(_other["one"], config), many = ModelWeights.Open(Target, config);
        Assert.All(weights.Keys, n => Assert.Equal(Hosts.Values(one[n]), Hosts.Values(many[n])));
    }

    [Fact]
    public void A_tied_model_that_stores_its_head_is_written_with_an_embedding()
    {
        const string Tied = """{"tie_word_embeddings": true}""";
        Dictionary<string, Tensor> weights = TinyModel.Save(_model, Tied);
        weights["lm_head.weight"] = weights["model.embed_tokens.weight"];
        weights.Remove("model.embed_tokens.weight");
        TinyModel.Save(_model, weights);
        SaveAdapter(TinyModel.Config(Tied));
        ModelExport.Merge(Target, _model.Root, Adapter);
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(Target, "model.safetensors"));
        Assert.False(file.Entries.ContainsKey("lm_head.weight"));
        Assert.Equal(Hosts.Values(weights["lm_head.weight"]), Hosts.Values(file.Tensor("model.embed_tokens.weight")));
    }

    [Theory]
    [InlineData("""{"torch_dtype": "float32"}""", "torch_dtype", "dtype")]
    [InlineData("""{"torch_dtype": "(remove)", "dtype": "float32"}""", "dtype", "torch_dtype")]
    [InlineData("""{"torch_dtype": "(remove)"}""", "torch_dtype", "dtype")]
    public void A_model_trained_whole_is_written_in_the_configs_own_dialect(string changes, string key, string absent)
    {
        ModelConfig config = TinyModel.Config(changes);
        Dictionary<string, Tensor> weights = TinyModel.Tensors(config);
        string tokenizer = _other.Write("tokenizer.json", "{}");
        ModelExport.Write(Target, new ModelFiles(config.RawJson, [tokenizer]), weights, DType.BF16);
        JsonObject written = JsonNode.Parse(File.ReadAllText(Path.Combine(Target, "config.json")))!.AsObject();
        Assert.Equal("bfloat16", written[key]!.GetValue<string>());
        Assert.False(written.ContainsKey(absent));
        using ModelWeights read = ModelWeights.Open(Target, ModelConfig.Load(Target));
        Assert.All(weights, w => Assert.Equal(DType.BF16, read[w.Key].Type));
        Assert.All(weights, w => Assert.Equal(Hosts.Values(w.Value), Hosts.Values(read[w.Key])));
        Assert.True(File.Exists(Path.Combine(Target, "tokenizer.json")));
    }

    [Fact]
    public void Files_of_a_folder_are_its_config_and_those_of_its_tokenizer()
    {
        TinyModel.Save(_model);
        _model.Write("generation_config.json", "{}");
        _model.Write("tokenizer.json", "theirs");
        string tokenizer = _other.Write("tokenizer.json", "mine");
        Directory.CreateDirectory(_other["additional_chat_templates"]);
        string template = _other.Write("additional_chat_templates/tool_use.jinja", "{{ tools }}");
        ModelFiles files = ModelFiles.Of(_model.Root, _other.Root);
        Assert.Equal([_model["generation_config.json"], tokenizer, template], files.Copied);
        Assert.Equal("tokenizer.json", ModelFiles.PlaceOf(tokenizer));
        Assert.Equal(Path.Combine("additional_chat_templates", "tool_use.jinja"), ModelFiles.PlaceOf(template));
        Assert.Equal(File.ReadAllText(_model["config.json"]), files.ConfigJson);
    }

    private Dictionary<string, (Tensor A, Tensor B)> SaveAdapter(ModelConfig config, double alpha = 5)
    {
        LoraConfig lora = Lora with { Alpha = alpha };
        var modules = PeftAdapterTests.Modules(config, lora);
        PeftAdapter.Save(Adapter, lora, modules, _model.Root, 2);
        return modules;
    }

    private static double[] ByHand(double[] w, double[] a, double[] b, int inputs, DType type)
    {
        double scale = 5 / Math.Sqrt(3);
        for (int i = 0; i < w.Length; i++)
        {
            double sum = 0;
            for (int r = 0; r < 3; r++)
                sum += b[(i / inputs * 3) + r] * a[(r * inputs) + (i % inputs)];
            w[i] += scale * sum;
        }

        return type == DType.F64 ? w : Hosts.Values(Hosts.Tensor("w", type, [w.Length], w));
    }

    private static long OpenTotal(string path, out int count)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        count = file.Entries.Count;
        return file.Entries.Values.Sum(e => e.Bytes);
    }
}
