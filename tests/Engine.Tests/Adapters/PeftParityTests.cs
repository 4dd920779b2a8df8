using MolEngine.Engine.Adapters;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tests.Weights;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Adapters;

/// <summary>Adapters that PEFT wrote.</summary>
public sealed class PeftParityTests
{
    public static TheoryData<string> Cases => [.. Shared.CasesWith("adapter/adapter_config.json")];

    public static TheoryData<string> Refused
    {
        get
        {
            string folder = Path.Combine(Shared.Reference, "formats", "peft_adapter_refuse");
            string[] names = Directory.Exists(folder) ? Directory.GetDirectories(folder) : [Shared.None];
            return [.. names.Select(d => Path.GetFileName(d)).Order()];
        }
    }

    [Theory]
    [InlineData("peft_adapter", 2.0)]
    [InlineData("peft_adapter_rslora", 4.0)]
    public void An_adapter_saved_by_PEFT_loads_with_all_modules(string name, double scale)
    {
        PeftAdapter adapter = AssertEqualToPlainReader(
            Shared.ReferencePath("formats", name), Shared.ReferencePath("cases", "qwen3"));
        Assert.Equal(14, adapter.Modules.Count);
        Assert.Equal((4, 8.0, scale), (adapter.Config.Rank, adapter.Config.Alpha, adapter.Config.Scale));
        Assert.Equal("../../cases/qwen3", adapter.BaseModel);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_case_s_adapter_loads(string name)
    {
        Assert.SkipWhen(name == Shared.None, "no cases under reference/cases");
        AssertEqualToPlainReader(Shared.ReferencePath("cases", name, "adapter"), Shared.ReferencePath("cases", name));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_not_supported_is_refused_by_file_and_key(string name)
    {
        Assert.SkipWhen(name == Shared.None, "no adapters to be refused under reference/formats");
        string folder = Shared.ReferencePath("formats", "peft_adapter_refuse", name);
        ModelConfig model = ModelConfig.Load(Shared.ReferencePath("cases", "qwen3"));
        string message = Assert.Throws<ModelFileException>(() => PeftAdapter.Load(folder, model)).Message;
        Assert.Contains(Path.Combine(folder, "adapter_config.json"), message);
        string key = name == "bias_all" ? "bias" : name;
        Assert.Contains(key, message[folder.Length..]);
    }

    [Fact]
    public void An_adapter_saved_again_is_the_same()
    {
        string folder = Shared.ReferencePath("formats", "peft_adapter_rslora");
        ModelConfig model = ModelConfig.Load(Shared.ReferencePath("cases", "qwen3"));
        PeftAdapter adapter = PeftAdapter.Load(folder, model);
        using var copy = new TempFolder();
        PeftAdapter.Save(copy.Root, adapter.Config, adapter.Modules, adapter.BaseModel!, model.NumLayers);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors")),
            File.ReadAllBytes(copy["adapter_model.safetensors"]));
        PeftAdapter again = PeftAdapter.Load(copy.Root, model);
        Assert.Equal(adapter.Config.Scale, again.Config.Scale);
        Assert.Equal(adapter.Config.TargetModules, again.Config.TargetModules);
    }

    private static PeftAdapter AssertEqualToPlainReader(string folder, string model)
    {
        PeftAdapter adapter = PeftAdapter.Load(folder, ModelConfig.Load(model));
        var plain = new ReferenceTensors(Path.Combine(folder, "adapter_model.safetensors"));
        Assert.Equal(plain.Names.Count(), adapter.Modules.Count * 2);
        foreach ((string module, (Kernels.Tensors.Tensor a, Kernels.Tensors.Tensor b)) in adapter.Modules)
        {
            Assert.Equal(plain[$"base_model.model.{module}.lora_A.weight"], Hosts.Values(a));
            Assert.Equal(plain[$"base_model.model.{module}.lora_B.weight"], Hosts.Values(b));
        }

        return adapter;
    }
}
