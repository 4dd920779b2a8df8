using System.Text.Json.Nodes;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tests.Models;
using MolEngine.Engine.Tests.Weights;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Adapters;

public sealed class PeftAdapterTests : IDisposable
{
    private static readonly ModelConfig Model = TinyModel.Config();
    private static readonly LoraConfig Lora = new(2, 4, false, 0.25, LoraConfig.AllProjections);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Both factors of every targeted projection, filled with numbers of their own.</summary>
    internal static Dictionary<string, (Tensor A, Tensor B)> Modules(ModelConfig model, LoraConfig lora)
    {
        using var arena = new Kernels.Cpu.HostArena("shapes");
        int seed = 1;
        return LoraInit.Create(model, lora, 1, arena).ToDictionary(
            m => m.Key, m => (Filled(m.Value.A, seed++), Filled(m.Value.B, seed++)));
    }

    [Fact]
    public void What_is_saved_is_loaded()
    {
        var modules = Modules(Model, Lora);
        PeftAdapter.Save(_folder["sub/adapter"], Lora, modules, "org/base", 2);
        PeftAdapter read = PeftAdapter.Load(_folder["sub/adapter"], Model);
        Assert.Equal((2, 4.0, false, 0.25, 2.0),
            (read.Config.Rank, read.Config.Alpha, read.Config.UseRslora, read.Config.Dropout, read.Config.Scale));
        Assert.Equal(Lora.TargetModules.Order(), read.Config.TargetModules.Order());
        Assert.Equal("org/base", read.BaseModel);
        Assert.Equal(modules.Keys.Order(StringComparer.Ordinal), read.Modules.Keys);
        foreach ((string name, (Tensor a, Tensor b)) in modules)
        {
            Assert.Equal(Hosts.Values(a), Hosts.Values(read.Modules[name].A));
            Assert.Equal(Hosts.Values(b), Hosts.Values(read.Modules[name].B));
        }
    }

    [Fact]
    public void The_config_is_what_PEFT_writes()
    {
        PeftAdapter.Save(
            _folder.Root, Lora with { Dropout = 0, UseRslora = true }, Modules(Model, Lora), "org/base", 2);
        const string Expected = """
            {"alpha_pattern":{},"auto_mapping":null,"base_model_name_or_path":"org/base","bias":"none","fan_in_fan_out":false,"inference_mode":true,
            "init_lora_weights":true,"layers_pattern":null,"layers_to_transform":null,"lora_alpha":4,"lora_dropout":0.0,"modules_to_save":null,
            "peft_type":"LORA","r":2,"rank_pattern":{},"revision":null,"target_modules":["down_proj","gate_proj","k_proj","o_proj","q_proj",
            "up_proj","v_proj"],"task_type":"CAUSAL_LM","use_dora":false,"use_rslora":true}
            """;
        string text = File.ReadAllText(_folder["adapter_config.json"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Expected), JsonNode.Parse(text)), text);
        using SafetensorsFile file = SafetensorsFile.Open(_folder["adapter_model.safetensors"]);
        Assert.Contains("base_model.model.model.layers.1.mlp.down_proj.lora_A.weight", file.Entries.Keys);
        Assert.Equal(28, file.Entries.Count);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void An_adapter_of_some_layers_names_its_modules_in_full()
    {
        var some = Modules(Model,
            Lora).Where(m => m.Key is "model.layers.1.mlp.up_proj" or "model.layers.0.self_attn.q_proj" or "model.layers.0.self_attn.k_proj"
            or "model.layers.1.self_attn.q_proj").ToDictionary();
        PeftAdapter.Save(_folder.Root, Lora with { TargetModules = ["q_proj", "k_proj", "up_proj"] }, some, "b", 2);
        Assert.Contains("\"model.layers.1.mlp.up_proj\"", File.ReadAllText(_folder["adapter_config.json"]));
        Assert.Equal(some.Keys.Order(StringComparer.Ordinal), PeftAdapter.Load(_folder.Root, Model).Modules.Keys);
    }

    /// <summary>PEFT makes a LoRA layer wherever the config says: it must leave out what the tensors do.</summary>
    [Fact]
    public void An_adapter_of_whole_layers_names_the_layers()
    {
        var some = Modules(Model, Lora).Where(m => m.Key.StartsWith("model.layers.1.", StringComparison.Ordinal))
            .ToDictionary();
        PeftAdapter.Save(_folder.Root, Lora, some, "b", 2);
        JsonNode json = JsonNode.Parse(File.ReadAllText(_folder["adapter_config.json"]))!;
        Assert.Equal("[1]", json["layers_to_transform"]!.ToJsonString());
        Assert.Equal(Lora.TargetModules.Order(), json["target_modules"]!.AsArray().Select(t => (string)t!));
        PeftAdapter read = PeftAdapter.Load(_folder.Root, Model);
        Assert.Equal(some.Keys.Order(StringComparer.Ordinal), read.Modules.Keys);
        using var again = new TempFolder();
        PeftAdapter.Save(again.Root, read.Config, read.Modules, "b", 2);
        Assert.Equal(
            File.ReadAllText(_folder["adapter_config.json"]), File.ReadAllText(again["adapter_config.json"]));
    }

    [Fact]
    public void The_targets_are_those_of_the_tensors()
    {
        var some = Modules(Model, Lora).Where(m => m.Key.EndsWith("q_proj", StringComparison.Ordinal)).ToDictionary();
        PeftAdapter.Save(_folder.Root, Lora, some, "b", 2);
        JsonNode json = JsonNode.Parse(File.ReadAllText(_folder["adapter_config.json"]))!;
        Assert.Equal("[\"q_proj\"]", json["target_modules"]!.ToJsonString());
        Assert.Null(json["layers_to_transform"]);
    }

    [Theory]
    [InlineData("Qwen/Qwen3-8B", null, "Qwen/Qwen3-8B")]
    [InlineData("gpt2", "a/b", "gpt2")]
    [InlineData(null, "Qwen/Qwen3-8B", "Qwen/Qwen3-8B")]
    [InlineData(null, "/elsewhere/mine", "/models/mine")]
    [InlineData(null, "../mine", "/models/mine")]
    [InlineData(null, null, "/models/mine")]
    public void The_base_model_keeps_its_id_on_the_hub(string? id, string? earlier, string expected) =>
        Assert.Equal(expected, BaseModelName.Of("/models/mine/", id, earlier));

    [Theory]
    [InlineData("use_dora", "true", "use_dora: expected false, got true")]
    [InlineData("rank_pattern", """{"q_proj": 8}""", "rank_pattern")]
    [InlineData("alpha_pattern", """{"q_proj": 8}""", "alpha_pattern")]
    [InlineData("modules_to_save", """["lm_head"]""", "modules_to_save")]
    [InlineData("bias", "\"all\"", "bias")]
    [InlineData("bias", "\"lora_only\"", "bias")]
    [InlineData("lora_bias", "true", "lora_bias")]
    [InlineData("fan_in_fan_out", "true", "fan_in_fan_out")]
    [InlineData("target_parameters", """["x"]""", "target_parameters")]
    [InlineData("trainable_token_indices", "[1]", "trainable_token_indices")]
    [InlineData("layer_replication", "[[0, 1]]", "layer_replication")]
    [InlineData("alora_invocation_tokens", "[1]", "alora_invocation_tokens")]
    [InlineData("use_qalora", "true", "use_qalora")]
    [InlineData("use_something_new", "true", "use_something_new")]
    [InlineData("init_lora_weights", "\"pissa_niter_4\"", "init_lora_weights")]
    [InlineData("peft_type", "\"ADALORA\"", "peft_type: expected \"LORA\", got \"ADALORA\"")]
    [InlineData("peft_type", "null", "peft_type is missing")]
    [InlineData("r", "0", "r: expected 1 or more")]
    [InlineData("r", "null", "r is missing")]
    [InlineData("lora_alpha", "\"8\"", "lora_alpha: expected a finite number")]
    [InlineData("lora_dropout", "1.0", "lora_dropout")]
    [InlineData("target_modules", "\"(\"", "target_modules: expected a list of names or a regular expression")]
    [InlineData("layers_pattern", """["blocks"]""", "layers_pattern")]
    public void What_is_not_computed_is_refused_by_file_and_key(string key, string value, string expected)
    {
        Save(json => json[key] = JsonNode.Parse(value));
        string message = Assert.Throws<ModelFileException>(() => PeftAdapter.Load(_folder.Root, Model)).Message;
        Assert.Contains(expected, message);
        Assert.Contains("adapter_config.json: key ", message);
    }

    [Fact]
    public void All_refused_keys_are_named_together()
    {
        Save(json => (json["use_dora"], json["bias"]) = (true, "all"));
        string message = Assert.Throws<ModelFileException>(() => PeftAdapter.Load(_folder.Root, Model)).Message;
        Assert.Contains("key use_dora: expected false, got true", message);
        Assert.Contains("key bias: expected \"none\", got \"all\"", message);
    }

    [Theory]
    [InlineData("target_modules", "\"all-linear\"")]
    [InlineData("target_modules", """["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "not_here"]""")]
    [InlineData("target_modules", "\".*\\\\.layers\\\\.\\\\d+\\\\.(self_attn|mlp)\\\\.\\\\w+_proj\"")]
    [InlineData("target_modules", "null")]
    [InlineData("layers_to_transform", "[0, 1]")]
    [InlineData("init_lora_weights", "\"gaussian\"")]
    [InlineData("corda_config", """{"rank": 1}""")]
    [InlineData("exclude_modules", """["lm_head"]""")]
    [InlineData("layers_pattern", "\"layers\"")]
    [InlineData("peft_version", "\"0.99\"")]
    public void Other_settings_that_fit_the_tensors_are_accepted(string key, string value)
    {
        Save(json => json[key] = JsonNode.Parse(value));
        Assert.Equal(14, PeftAdapter.Load(_folder.Root, Model).Modules.Count);
    }

    [Theory]
    [InlineData("target_modules", """["q_proj"]""", "target_modules leaves it out")]
    [InlineData("target_modules", "\"q_proj\"", "target_modules leaves it out")]
    [InlineData(
        "layers_to_transform", "[1]", "model.layers.0.mlp.up_proj (surplus: layers_to_transform leaves it out)")]
    [InlineData("layers_to_transform", "1", "layers_to_transform leaves it out")]
    [InlineData(
        "exclude_modules", "\".*up_proj\"", "model.layers.0.mlp.up_proj (surplus: exclude_modules leaves it out)")]
    [InlineData("r", "3", "misshaped: expected [3, 8], got [2, 8]")]
    public void Tensors_that_PEFT_would_not_load_are_refused(string key, string value, string expected)
    {
        Save(json => json[key] = JsonNode.Parse(value));
        Assert.Contains(
            expected, Assert.Throws<ModelFileException>(() => PeftAdapter.Load(_folder.Root, Model)).Message);
    }

    [Fact]
    public void All_bad_tensors_are_named_together()
    {
        Save();
        const string P = "base_model.model.model.layers.0.";
        SafetensorsWriter.Write(
            _folder["adapter_model.safetensors"],
            [
                (P + "self_attn.q_proj.lora_A.weight", DType.F32, Hosts.Tensor("a", DType.F32, [2, 8])),
                (P + "mlp.up_proj.lora_A.weight", DType.F32, Hosts.Tensor("a", DType.F32, [2, 9])),
                (P + "mlp.up_proj.lora_B.weight", DType.F32, Hosts.Tensor("a", DType.F32, [6, 2])),
                (P + "mlp.c_fc.lora_A.weight", DType.F32, Hosts.Tensor("a", DType.F32, [2, 8])),
                (P + "mlp.up_proj.lora_magnitude_vector", DType.F32, Hosts.Tensor("a", DType.F32, [6])),
            ]);
        string message = Assert.Throws<ModelFileException>(() => PeftAdapter.Load(_folder.Root, Model)).Message;
        Assert.Contains("self_attn.q_proj.lora_B.weight (missing)", message);
        Assert.Contains("mlp.up_proj.lora_A.weight (misshaped: expected [2, 8], got [2, 9])", message);
        Assert.Contains("model.layers.0.mlp.c_fc (surplus: no projection of this model)", message);
        Assert.Contains("lora_magnitude_vector (surplus", message);
        Assert.Contains("adapter_model.safetensors", message);
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    [InlineData(DType.F64)]
    public void Tensors_of_other_types_are_widened(DType type)
    {
        var modules = Modules(Model, Lora);
        Save();
        SafetensorsWriter.Write(
            _folder["adapter_model.safetensors"],
            [.. modules.SelectMany(m => new[] { (PeftNames.A(m.Key), type, m.Value.A),
                (PeftNames.B(m.Key), type, m.Value.B) })]);
        PeftAdapter read = PeftAdapter.Load(_folder.Root, Model);
        foreach ((string name, (Tensor a, Tensor b)) in modules)
        {
            Assert.Equal((DType.F32, DType.F32), (read.Modules[name].A.Type, read.Modules[name].B.Type));
            Assert.All(Hosts.Values(read.Modules[name].B).Zip(Hosts.Values(b)), p => Assert.Equal(
                p.First, p.Second, type == DType.F16 ? 3e-4 : 0));
        }
    }

    [Fact]
    public void Random_damage_never_gives_another_exception()
    {
        Save(json => json["target_modules"] = ".*_proj");
        string text = File.ReadAllText(_folder["adapter_config.json"]);
        var random = new Random(5);
        const string Letters = "{}[]\",:012.-eE truefalsn\\(*";
        int refused = 0;
        for (int round = 0; round < 400; round++)
        {
            char[] damaged = text.ToCharArray();
            for (int n = random.Next(1, 4); n > 0; n--)
                damaged[random.Next(damaged.Length)] = Letters[random.Next(Letters.Length)];
            _folder.Write("adapter_config.json", new string(damaged));
            try
            {
                PeftAdapter.Load(_folder.Root, Model);
            }
            catch (ModelFileException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 200, 399);
    }

    [Fact]
    public void An_absent_or_pickled_adapter_is_a_user_error()
    {
        Assert.Contains("adapter_config.json",
            Assert.Throws<ModelFileException>(() => PeftAdapter.Load(_folder["none"], Model)).Message);
        Save();
        File.Delete(_folder["adapter_model.safetensors"]);
        _folder.Write("adapter_model.bin", "");
        Assert.Contains("got adapter_model.bin",
            Assert.Throws<ModelFileException>(() => PeftAdapter.Load(_folder.Root, Model)).Message);
    }

    private void Save(Action<JsonObject>? change = null)
    {
        PeftAdapter.Save(_folder.Root, Lora, Modules(Model, Lora), "b", 2);
        JsonObject json = JsonNode.Parse(File.ReadAllText(_folder["adapter_config.json"]))!.AsObject();
        change?.Invoke(json);
        _folder.Write("adapter_config.json", json.ToJsonString());
    }

    private static Tensor Filled(Tensor like, int seed) =>
        Hosts.Tensor(like.Name, DType.F32, like.Shape.Dimensions.ToArray(), Hosts.Numbers((int)like.Count, seed));
}
