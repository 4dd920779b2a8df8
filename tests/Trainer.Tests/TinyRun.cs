using MolEngine.Engine.Folders;
using MolEngine.Engine.Models;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests;

/// <summary>
/// A folder with a tiny model of random weights, a tokenizer of bytes, two corpora and a config: all that
/// the program's commands need.
/// </summary>
internal sealed class TinyRun : IDisposable
{
    private const string ModelConfigJson = """
        {
          "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": 259, "hidden_size": 32,
          "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8,
          "hidden_act": "silu", "max_position_embeddings": 128, "initializer_range": 0.3, "rms_norm_eps": 1e-06,
          "rope_theta": 10000.0, "tie_word_embeddings": true, "eos_token_id": 256, "torch_dtype": "float32"
        }
        """;

    private readonly TempFolder _folder = new();

    public TinyRun()
    {
        string source = Directory.CreateDirectory(Path.Combine(Root, "source")).FullName;
        foreach (string file in Directory.GetFiles(Material.Model))
            File.Copy(file, Path.Combine(source, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(source, "config.json"), ModelConfigJson);
        using var arena = new HostArena("tiny");
        ModelConfig config = ModelConfig.Load(source);
        using ModelWeights weights = RandomInit.Create(config, 5, arena);
        ModelExport.Write(Model, ModelFiles.Of(source), weights.Names.ToDictionary(n => n, n => weights[n]), DType.F32);
        Config = _folder.Write("run.yaml", $$"""
            model: model
            output: {{Path.Combine(Root, "out")}}
            data:
              context: 48
              held_out: 3
              corpora:
                - {name: bees, path: {{Material.Folder}}/glass_bees.jsonl, kind: domain}
                - {name: everyday, path: {{Material.Folder}}/everyday.jsonl, kind: general}
            steps: 6
            global_batch: 8
            micro_batch: 2
            threads: 1
            lora: {rank: 4}
            optimizer: {learning_rate: 2e-2, schedule: constant, warmup_ratio: 0}
            validate: {every: 3, documents: 3}
            """);
        Texts = _folder.Write("texts.jsonl", """
            {"text": "A glass bee needs light, not nectar."}
            {"text": "a"}
            {"text": ""}
            {"text": "Smoke <|endoftext|> \ud83d\udc1d"}

            """);
    }

    public string Root => _folder.Root;

    public string Model => Path.Combine(Root, "model");

    public string Config { get; }

    /// <summary>Four texts: long, of one token, empty, and with a special token.</summary>
    public string Texts { get; }

    public static (int Code, string Output, string Error) Run(params string[] args)
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        int code = Program.Run(args, output, error);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>A command that must succeed; what it printed.</summary>
    public static string Ok(params string[] args)
    {
        (int code, string output, string error) = Run(args);
        Assert.True(code == 0, $"{string.Join(' ', args)}: exit {code}: {error}");
        return output;
    }

    public string At(string name) => Path.Combine(Root, name);

    public string Write(string name, string text) => _folder.Write(name, text);

    /// <summary>Trains into a folder of its own; returns that folder.</summary>
    public string Train(string name, params string[] settings)
    {
        Ok(Arguments(name, settings));
        return At(name);
    }

    public string[] Arguments(string name, params string[] settings) =>
        ["train", Config, .. settings.Append($"output={At(name)}").SelectMany(s => new[] { "--set", s })];

    public void Dispose() => _folder.Dispose();
}
