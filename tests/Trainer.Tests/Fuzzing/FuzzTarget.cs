namespace MolEngine.Trainer.Tests.Fuzzing;

/// <summary>A file that the program reads, and a command that reads it.</summary>
/// <param name="Path">Of the file, below the folder of <see cref="FuzzGround"/>.</param>
/// <param name="Command">Arguments; a part that begins with @ is a path below that folder.</param>
/// <param name="Cost">How many times as long as most a case takes: so many fewer are tried.</param>
internal sealed record FuzzTarget(string Path, FileKind Kind, string[] Command, int Cost = 1)
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("run.yaml", FileKind.Yaml, ["plan", "@run.yaml"]),
        new("run.yaml", FileKind.Yaml, ["inspect", "@run.yaml"]),
        new("task.yaml", FileKind.Yaml, [.. Evaluate, "@none"]),
        new("data/items.jsonl", FileKind.Lines, [.. Evaluate, "@none"]),
        new("evaluated/bees.jsonl", FileKind.Lines, [.. Evaluate, "@evaluated"]),
        new("evaluated/bees.json", FileKind.Json, [.. Evaluate, "@evaluated"]),
        new("model/config.json", FileKind.Json, ["inspect", "@model"]),
        new("model/generation_config.json", FileKind.Json, [.. Continue, "@model"]),
        new("model/tokenizer.json", FileKind.Json, Tokenize),
        new("split/tokenizer.json", FileKind.Json, ["tokenize", "@split", "--input", "@texts.jsonl"]),
        new("model/tokenizer_config.json", FileKind.Json, [.. Continue, "@model"]),
        new("model/chat_template.jinja", FileKind.Bytes, [.. Continue, "@model"]),
        new("model/model.safetensors", FileKind.Safetensors, ["inspect", "@model"]),
        new("sharded/model.safetensors.index.json", FileKind.Json, ["inspect", "@sharded"]),
        new("run/adapter/adapter_config.json", FileKind.Json, ["inspect", "@run/adapter", "--model", "@model"]),
        new("run/adapter/adapter_model.safetensors", FileKind.Safetensors,
            ["score", "@model", "--adapter", "@run/adapter", "--input", "@one.jsonl"]),
        new("texts.jsonl", FileKind.Lines, Tokenize),
        new("texts.jsonl", FileKind.Lines, ["inspect", "@texts.jsonl", "--model", "@model"]),
        new("texts.json", FileKind.Json, ["inspect", "@texts.json", "--model", "@model"]),
        new("chats.jsonl", FileKind.Lines, ["inspect", "@chats.jsonl", "--model", "@model"]),
        new("texts.csv", FileKind.Bytes, ["inspect", "@texts.csv", "--model", "@model"]),
        new("texts.txt", FileKind.Bytes, ["inspect", "@texts.txt", "--model", "@model"]),
        new("texts.jsonl.gz", FileKind.Bytes, ["inspect", "@texts.jsonl.gz", "--model", "@model"]),
        new("run/config.yaml", FileKind.Yaml, ["report", "@run"]),
        new("run/config.yaml", FileKind.Yaml, ["inspect", "@run"]),
        new("run/run.json", FileKind.Json, ["report", "@run"]),
        new("run/run.json", FileKind.Json, ["inspect", "@run"]),
        new("run/data.json", FileKind.Json, ["report", "@run"]),
        new("run/samples.json", FileKind.Json, ["report", "@run"]),
        new("run/questions.json", FileKind.Json, ["report", "@run"]),
        new("run/benchmarks.json", FileKind.Json, ["report", "@run"]),
        new("run/advice.json", FileKind.Json, ["report", "@run"]),
        new("run/metrics.jsonl", FileKind.Lines, ["report", "@run"]),
        new("run/metrics.jsonl", FileKind.Lines, ["inspect", "@run"]),
        new("run/checkpoints/step-00000002/state.json", FileKind.Json, ["inspect", "@run"]),
        new("cut/checkpoints/step-00000002/state.json", FileKind.Json, Resume, 20),
        new("cut/checkpoints/step-00000002/state.safetensors", FileKind.Safetensors, Resume, 20),
        new("cut/run.json", FileKind.Json, Resume, 20),
        new("cut/metrics.jsonl", FileKind.Lines, Resume, 20),
        new("cut/benchmarks.json", FileKind.Json, Resume, 20),
        new("run/config.yaml", FileKind.Yaml, ["export", "@run", "--to", "@new"]),
        new("questions.jsonl", FileKind.Lines, ["inspect", "@run.yaml"]),
    ];

    /// <summary>A name for people, and for the names of files.</summary>
    public string Name => $"{Path} by {Command[0]}";

    private static string[] Tokenize => ["tokenize", "@model", "--input", "@texts.jsonl"];

    private static string[] Continue => ["generate", "--chat", "a", "--max-tokens", "1"];

    private static string[] Resume => ["train", "--resume", "@cut"];

    private static string[] Evaluate =>
        ["eval", "@model", "--tasks", "@task.yaml", "--data", "@data", "--limit", "1", "--output"];
}
