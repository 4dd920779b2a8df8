using MolEngine.Engine.Adapters;
using MolEngine.Engine.Files;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Models;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Models;

public sealed class ModelFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"eos_token_id": [7, 8]}""", "2", new[] { 7, 8 })]
    [InlineData("""{"eos_token_id": 7}""", "2", new[] { 7 })]
    [InlineData("""{"eos_token_id": null}""", "[2, 3]", new[] { 2, 3 })]
    [InlineData(null, "2", new[] { 2 })]
    [InlineData(null, "null", new int[0])]
    public void Stop_ids_come_from_the_generation_config_then_from_the_config(
        string? generation, string eos, int[] expected)
    {
        _folder.Write("config.json", TinyModel.Json($$"""{"eos_token_id": {{eos}}}"""));
        if (generation is not null)
            _folder.Write("generation_config.json", generation);
        var config = GenerationConfig.Load(_folder.Root);
        Assert.Equal(expected, config.EosTokenIds);
        Assert.Equal(generation, config.RawJson);
    }

    [Fact]
    public void A_summary_counts_parameters_and_memory()
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder, type: DType.BF16);
        ModelSummary summary = ModelSummary.Of(_folder.Root);
        long numbers = tensors.Values.Sum(t => t.Count);
        Assert.Equal((numbers, numbers * 2, 0L), (summary.Parameters, summary.MappedBytes, summary.CopiedBytes));
        Assert.Equal(new FileInfo(_folder["model.safetensors"]).Length, summary.FileBytes);
        Assert.Equal(tensors.Count, summary.Tensors.Count);
        TensorSummary q = summary.Tensors.Single(t => t.Name == "model.layers.1.self_attn.q_proj.weight");
        Assert.Equal(("BF16", new Shape(16, 8), 128L, 256L, "model.safetensors"),
            (q.StoredType, q.Shape, q.Parameters, q.Bytes, q.File));
        Assert.False(summary.IsAdapter);
    }

    /// <summary>An end that no token is would never come, or fail in the middle of a run.</summary>
    [Theory]
    [InlineData("generation_config.json", """{"eos_token_id": 11}""")]
    [InlineData("generation_config.json", """{"eos_token_id": [2, -1]}""")]
    [InlineData("generation_config.json", "{\"eos_token_id\": [\n  2,\n  -1\n]}")]
    [InlineData("config.json", """{"vocab_size": 11, "eos_token_id": [2, 11]}""")]
    public void An_end_outside_the_vocabulary_is_told_by_file_and_key(string file, string json)
    {
        _folder.Write("config.json", TinyModel.Json());
        _folder.Write(file, json);
        string message = Assert.Throws<ModelFileException>(() => GenerationConfig.Load(_folder.Root)).Message;
        Assert.StartsWith($"{_folder[file]}: key eos_token_id: expected ids of the vocabulary, 0 to 10, got ", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_summary_tells_what_loading_would_copy()
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder, """{"tie_word_embeddings": true}""", DType.F16);
        long numbers = tensors.Values.Sum(t => t.Count);
        tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"];
        TinyModel.Save(_folder, tensors, DType.F16);
        ModelSummary summary = ModelSummary.Of(_folder.Root);
        Assert.Equal((numbers, 0L, numbers * 4), (summary.Parameters, summary.MappedBytes, summary.CopiedBytes));
        using ModelWeights weights = ModelWeights.Open(_folder.Root, summary.Config!);
        Assert.Equal((summary.MappedBytes, summary.CopiedBytes), (weights.MappedBytes, weights.CopiedBytes));
    }

    [Fact]
    public void A_summary_of_an_adapter_needs_no_model()
    {
        using var arena = new HostArena("adapter");
        LoraConfig lora = new(2, 4, true, 0, ["q_proj"]);
        PeftAdapter.Save(_folder.Root, lora, LoraInit.Create(TinyModel.Config(), lora, 1, arena), "some/base", 2);
        ModelSummary summary = ModelSummary.Of(_folder.Root);
        Assert.True(summary.IsAdapter);
        Assert.Equal("some/base", summary.BaseModel);
        Assert.Equal(
            (2 * ((2 * 8) + (16 * 2)), true, 2), (summary.Parameters, summary.Lora!.UseRslora, summary.Lora.Rank));
        Assert.Equal(summary.Parameters * 4, summary.MappedBytes);
    }
}
