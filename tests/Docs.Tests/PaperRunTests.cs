using System.Text.Json.Nodes;
using MolEngine.Support;
using MolEngine.Trainer;

namespace MolEngine.Docs.Tests;

/// <summary>
/// The specs of the paper's runs train as they stand, from reading to saving: over models of the same architectures and
/// invented records of the same data sets, with shorter rows and fewer of them.
/// </summary>
public sealed class PaperRunTests(Ground ground)
{
    [Theory]
    [InlineData("qwen3-8b-lora.yaml", "medical-o1, medication, medqa, light-r1", "adapter/adapter_model.safetensors")]
    [InlineData("qwen2.5-7b-full.yaml", "medical-o1, medication, medqa, magpie", "model/model.safetensors")]
    public void A_spec_trains_over_all_its_corpora_and_learns_the_field(string file, string corpora, string saved)
    {
        using var folder = new TempFolder();
        string output = folder["run"], spec = Path.Combine(Shared.Repository, "examples", "paper", file);
        var said = new StringWriter();
        string[] shorter =
        [
            "epochs=null", "steps=3", "global_batch=8", "data.context=64", "validate.documents=4", "samples=0",
            "threads=1", $"output={output}",
        ];
        int code = Program.Run(["train", spec, .. shorter.SelectMany(s => new[] { "--set", s })], said, said);
        Assert.True(code == 0, $"{ground.Hub}: {said}");
        Assert.True(new FileInfo(Path.Combine(output, saved)).Length > 0);
        JsonNode[] lines = [.. File.ReadLines(Path.Combine(output, "metrics.jsonl")).Select(l => JsonNode.Parse(l)!)];
        Assert.Equal(3, lines.Count(l => l["validation"] is null));
        JsonObject[] held = [.. lines.Where(l => l["validation"] is not null).Select(l => l["ce"]!.AsObject())];
        Assert.Equal(corpora, string.Join(", ", held[0].Select(c => c.Key)));
        foreach (string field in corpora.Split(", ")[..3])
            Assert.InRange((double)held[^1][field]!, 1.0, (double)held[0][field]! - 1e-4);
    }
}
