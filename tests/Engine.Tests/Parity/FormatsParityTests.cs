using System.Text.Json;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tests.Generation;
using MolEngine.Engine.Training;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>Logits of what PEFT and transformers saved, and of what we export from it, against their own.</summary>
public sealed class FormatsParityTests
{
    // The expected logits are themselves fp32, 5e-7 from the truth; ours are as far on the other side.
    private const double Tolerance = 3e-6;

    [Theory]
    [InlineData("peft_adapter")]
    [InlineData("peft_adapter_rslora")]
    public void An_adapter_of_peft_gives_the_logits_of_peft(string name)
    {
        string folder = Shared.ReferencePath("formats", name);
        JsonElement expected = Expected(folder);
        string model = Shared.ReferencePath("cases", "qwen3");
        Check(Logits(model, folder, expected), expected, "logits");
        Check(Logits(model, null, expected), expected, "base_logits");
    }

    [Theory]
    [InlineData("peft_adapter")]
    [InlineData("peft_adapter_rslora")]
    public void A_merged_model_gives_the_logits_of_peft(string name)
    {
        string folder = Shared.ReferencePath("formats", name);
        string merged = Path.Combine(Path.GetTempPath(), $"molengine-merged-{Guid.NewGuid():N}");
        try
        {
            ModelExport.Merge(merged, Shared.ReferencePath("cases", "qwen3"), folder);
            JsonElement expected = Expected(folder);
            Check(Logits(merged, null, expected), expected, "logits");
        }
        finally
        {
            Directory.Delete(merged, recursive: true);
        }
    }

    [Fact]
    public void A_sharded_model_of_transformers_5_gives_its_logits()
    {
        string folder = Shared.ReferencePath("formats", "transformers_saved");
        JsonElement expected = Expected(folder);
        Check(Logits(folder, null, expected), expected, "logits");
    }

    private static JsonElement Expected(string folder) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;

    private static void Check(float[] got, JsonElement expected, string key) =>
        Compare.AssertRelativeL2(
            key, got,
            [.. expected.GetProperty(key)[0].EnumerateArray().SelectMany(t => t.EnumerateArray()).Select(x => x.GetDouble())],
            Tolerance);

    /// <summary>Logits of every token of the row, through the key/value cache.</summary>
    private static float[] Logits(string model, string? adapterFolder, JsonElement expected)
    {
        int[] ids = [.. expected.GetProperty("input_ids")[0].EnumerateArray().Select(x => x.GetInt32())];
        using var loaded = new LoadedModel(model);
        TransformerWeights weights = loaded.Weights;
        if (adapterFolder is not null)
        {
            PeftAdapter adapter = PeftAdapter.Load(adapterFolder, loaded.Config);
            weights = Student.Adapted(weights, adapter.Config, adapter.Modules);
        }

        using var cached = new CachedModel(loaded.Ops, loaded.Config, weights, ids.Length);
        return [.. ids.SelectMany(id => cached.Append(id))];
    }
}
