using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tests.Weights;
using MolEngine.Engine.Weights;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Models;

/// <summary>Model folders that other programs wrote.</summary>
public sealed class ModelFolderParityTests
{
    public static TheoryData<string> Cases => [.. Shared.CasesWith("config.json")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_case_opens_and_holds_what_another_reader_finds(string name)
    {
        Assert.SkipWhen(name == Shared.None, "no cases under reference/cases");
        AssertEqualToPlainReader(Shared.ReferencePath("cases", name));
    }

    [Fact]
    public void A_folder_saved_by_transformers_5_opens()
    {
        string folder = Shared.ReferencePath("formats", "transformers_saved");
        AssertEqualToPlainReader(folder);
        ModelConfig config = ModelConfig.Load(folder);
        Assert.Equal((RopeType.Default, 1e6), (config.Rope.Type, config.Rope.Theta));
        Assert.Equal(Kernels.Tensors.DType.BF16, config.StoredType);
        Assert.Equal([2], GenerationConfig.Load(folder).EosTokenIds);
    }

    [Fact]
    public void A_tied_model_that_stores_only_its_head_opens()
    {
        string folder = Shared.FilePath("models", "llama_story_0.66M");
        using ModelWeights weights = ModelWeights.Open(folder, ModelConfig.Load(folder));
        Assert.Equal(new ReferenceTensors(Path.Combine(folder, "model.safetensors"))["lm_head.weight"], Hosts.Values(
            weights["model.embed_tokens.weight"]));
    }

    [Theory]
    [InlineData("mlxd_tiny_qwen3_sharded")]
    [InlineData("mlxd_tiny_qwen3_tied")]
    [InlineData("mlxd_tiny_llama3_tied")]
    public void Quantised_files_of_MLX_are_refused_by_name(string model)
    {
        string folder = Shared.FilePath("models", model);
        string message = Assert.Throws<ModelFileException>(() => ModelConfig.Load(folder)).Message;
        Assert.Contains("quantised", message);
        Assert.Contains("key quantization", message);
        Assert.Contains("config.json", message);
        // The files alone, without the config's word, tell as well.
        using var copy = new TempFolder();
        foreach (string file in Directory.GetFiles(folder).Where(f => !f.EndsWith("config.json")))
            File.Copy(file, copy[Path.GetFileName(file)]);
        string config = System.Text.RegularExpressions.Regex.Replace(
            File.ReadAllText(Path.Combine(folder, "config.json")), ",\\s*\"quantization\":\\s*\\{[^}]*\\}", "");
        copy.Write("config.json", config);
        message = Assert.Throws<ModelFileException>(() => ModelWeights.Open(copy.Root,
            ModelConfig.Load(copy.Root))).Message;
        Assert.Contains("quantised", message);
        Assert.Contains(".scales", message);
    }

    [Fact]
    public void The_unquantised_file_of_MLX_opens() =>
        AssertEqualToPlainReader(Shared.FilePath("models", "mlxd_tiny_qwen3"));

    private static void AssertEqualToPlainReader(string folder)
    {
        ModelConfig config = ModelConfig.Load(folder);
        using ModelWeights weights = ModelWeights.Open(folder, config);
        int seen = 0;
        foreach (string path in Directory.GetFiles(folder, "model*.safetensors"))
        {
            var plain = new ReferenceTensors(path);
            foreach (string name in plain.Names)
            {
                Assert.Equal(plain.Shape(name), weights[name].Shape.Dimensions.ToArray());
                Assert.Equal(plain[name], Hosts.Values(weights[name]));
                seen++;
            }
        }

        Assert.Equal(weights.Names.Count, seen);
        Assert.Equal(0, weights.CopiedBytes);
    }
}
