using System.Text.Json.Nodes;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Planning;

/// <summary>The config of a large model, and no weights: what a plan needs.</summary>
internal sealed class LargeModel : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <param name="shape">Keys of config.json that differ from those of 700 million parameters.</param>
    public LargeModel(params (string Key, int Value)[] shape)
    {
        Directory.CreateDirectory(Model);
        string source = Material.Model;
        foreach (string file in Directory.GetFiles(source))
            File.Copy(file, Path.Combine(Model, Path.GetFileName(file)));
        JsonObject json = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
        foreach ((string key, int value) in new[]
        {
            ("vocab_size", 100_000), ("hidden_size", 2048), ("intermediate_size", 6144), ("num_hidden_layers", 10),
            ("num_attention_heads", 16), ("num_key_value_heads", 8), ("head_dim", 128),
            ("max_position_embeddings", 8192),
        }.Concat(shape))
        {
            json[key] = value;
        }

        json["torch_dtype"] = "bfloat16";
        File.WriteAllText(Path.Combine(Model, "config.json"), json.ToJsonString());
        Config = _folder.Write("large.yaml", $$"""
            model: model
            init: random
            output: {{Output}}
            data:
              context: 4096
              corpora:
                - {name: bees, path: {{Material.Folder}}/glass_bees.jsonl, kind: domain}
                - {name: everyday, path: {{Material.Folder}}/everyday.jsonl, kind: general}
            steps: 6
            global_batch: 8
            micro_batch: 4
            lora: {rank: 32}
            device: virtual
            """);
    }

    public string Model => Path.Combine(_folder.Root, "model");

    public string Config { get; }

    public string Output => Path.Combine(_folder.Root, "out");

    public void Dispose() => _folder.Dispose();
}
