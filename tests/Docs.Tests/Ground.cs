using MolEngine.Engine.Folders;
using MolEngine.Engine.Models;
using MolEngine.Engine.Weights;
using MolEngine.Evaluation.Tasks;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Docs.Tests;

/// <summary>
/// What the pages name and nobody has here, made once: models of a few thousand random parameters, texts, files of
/// benchmarks in their official forms, and a cache of the Hugging Face Hub.
/// </summary>
public sealed class Ground : IDisposable
{
    private const string Commit = "89abcdef0123456789abcdef0123456789abcdef";

    private readonly TempFolder _folder = new();
    private readonly FakeHub _server = new() { Id = "Qwen/Qwen3-0.6B" };
    private readonly Lazy<Sandbox> _earlier;

    public Ground()
    {
        _earlier = new Lazy<Sandbox>(RunEarlier);
        WriteModel(_folder["tiny"], "Qwen3ForCausalLM", "qwen3");
        WriteModel(_folder["tiny-qwen2"], "Qwen2ForCausalLM", "qwen2");
        WriteTexts();
        WriteBenchmarks();
        Add("models", "Qwen/Qwen3-8B", _folder["tiny"]);
        Add("models", "Qwen/Qwen2.5-7B-Instruct", _folder["tiny-qwen2"]);
        foreach ((string id, string file, byte[] bytes) in PaperData.Files())
            Add("datasets", id, file, bytes);

        foreach (string file in Directory.GetFiles(Model))
            _ = _server.Add(Path.GetFileName(file), File.ReadAllBytes(file), isLarge: false);

        // Loaders that run in this process find names where the commands do.
        Environment.SetEnvironmentVariable("HF_HUB_CACHE", Hub);
        Environment.SetEnvironmentVariable("MOLENGINE_CACHE", _folder["cache"]);
    }

    /// <summary>A cache in the layout of Hugging Face's own programs.</summary>
    internal string Hub => _folder["hub"];

    internal string Cache => _folder["cache"];

    /// <summary>A Hub of one model, which a page downloads.</summary>
    internal string HubEndpoint => _server.Endpoint;

    internal string Model => _folder["tiny"];

    public void Dispose()
    {
        if (_earlier.IsValueCreated)
            _earlier.Value.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    /// <summary>Lays what is here into a folder, under the names that pages use; nothing of it is written to.</summary>
    internal void LayOut(string folder)
    {
        string texts = _folder["texts"];
        foreach (string directory in Directory.GetDirectories(texts, "*", SearchOption.AllDirectories))
            _ = Directory.CreateDirectory(Path.Combine(folder, Path.GetRelativePath(texts, directory)));
        foreach (string file in Directory.GetFiles(texts, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(folder, Path.GetRelativePath(texts, file)));
        Link(Path.Combine(folder, "examples"), Path.Combine(Shared.Repository, "examples"));
        Link(Path.Combine(folder, "benchmarks"), _folder["benchmarks"]);
        foreach (string model in new[] { "base", "tuned", "Qwen3-0.6B", "SmolLM2-135M-Instruct" })
            Link(Path.Combine(folder, "models", model), Model);
    }

    /// <summary>Lays a run that was made before into a folder.</summary>
    internal void LinkRun(string run, string folder) =>
        Link(Path.Combine(folder, "runs", run), Path.Combine(_earlier.Value.Root, "runs", run));

    private static void Link(string path, string target)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _ = Directory.CreateSymbolicLink(path, target);
    }

    private Sandbox RunEarlier()
    {
        var sandbox = new Sandbox(this, []);
        _ = sandbox.Shell(StandInRuns.Lines, "runs before the page");
        return sandbox;
    }

    /// <summary>A file of a repository of the cache.</summary>
    private void Add(string kind, string id, string file, byte[] bytes)
    {
        string root = Path.Combine(Hub, $"{kind}--{id.Replace("/", "--")}");
        string path = Path.Combine(root, "snapshots", Commit, file);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        _ = Directory.CreateDirectory(Path.Combine(root, "refs"));
        File.WriteAllText(Path.Combine(root, "refs", "main"), Commit);
    }

    private void Add(string kind, string id, string folder)
    {
        foreach (string file in Directory.GetFiles(folder))
            Add(kind, id, Path.GetFileName(file), File.ReadAllBytes(file));
    }

    /// <summary>A model of two layers, with a tokenizer of bytes.</summary>
    private void WriteModel(string folder, string architecture, string type)
    {
        string source = _folder.Folder($"{type}-source");
        foreach (string file in Directory.GetFiles(Material.Model))
            File.Copy(file, Path.Combine(source, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(source, "config.json"), $$"""
            {
              "architectures": ["{{architecture}}"], "model_type": "{{type}}", "vocab_size": 259, "hidden_size": 32,
              "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
              "head_dim": 8, "hidden_act": "silu", "max_position_embeddings": 4096, "initializer_range": 0.1,
              "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "tie_word_embeddings": false,
              "eos_token_id": 256, "torch_dtype": "float32"
            }
            """);

        // An answer without a limit of its own would go on to the end of the context.
        File.WriteAllText(Path.Combine(source, "generation_config.json"), """{"max_new_tokens": 8}""");
        using var arena = new HostArena("tiny");
        ModelConfig config = ModelConfig.Load(source);
        using ModelWeights weights = RandomInit.Create(config, 5, arena);
        ModelExport.Write(
            folder, ModelFiles.Of(source), weights.Names.ToDictionary(n => n, n => weights[n]), DType.F32);
    }

    private void WriteTexts()
    {
        string[] bees = [.. File.ReadLines(Path.Combine(Material.Folder, "glass_bees.jsonl")).Take(24)];
        string[] everyday = [.. File.ReadLines(Path.Combine(Material.Folder, "everyday.jsonl")).Take(24)];
        string[] pairs =
        [
            .. Enumerable.Range(0, 24).Select(
                i => $$"""{"question": "Which bell rings at hour {{i}}?", "answer": "Bell {{i * 7 % 24}}."}"""),
        ];
        Write("data/cardiology.jsonl", bees);
        Write("cardiology/one.jsonl", bees);
        Write("data/web/one.jsonl", everyday);
        Write("data/books.txt", ["It was late.", "", "The kettle sang."]);
        Write("general.jsonl", everyday);
        Write("web.jsonl", everyday);
        Write("prose.jsonl", everyday);
        Write("medquad.jsonl", pairs);
        Write("questions.jsonl", pairs.Take(2));
        Write("alpaca.json", [$"[{string.Join(',', pairs.Select(
            p => p.Replace("question", "instruction").Replace("answer", "output")))}]"]);
        Write("sharegpt.json", [$"[{string.Join(',', Enumerable.Range(0, 12).Select(i => $$"""
            {"conversations": [{"from": "human", "value": "And {{i}}?"}, {"from": "gpt", "value": "Yes, {{i}}."}]}
            """))}]"]);
        Write("notes.csv", ["text", .. Enumerable.Range(0, 12).Select(i => $"\"Note {i}: the bell was heard.\"")]);
        string texts = Path.Combine(_folder["texts"], "texts.parquet");
        File.WriteAllBytes(texts, PaperData.Parquet(
            ("text", Enumerable.Range(0, 12).Select(i => $"The old bell rang {i} times.").ToArray())));
        Write("questions/cardiology_test.csv", [
            "question,A,B,C,D,answer", "Which?,one,two,three,four,B", "Where?,here,there,up,down,A"]);
        Write("run.yaml", StandInRuns.Run);
        Write("cardiology.yaml", StandInRuns.Run);
    }

    /// <summary>An item of each table of MMLU and two of MedQA.</summary>
    private void WriteBenchmarks()
    {
        EvalTask mmlu = TaskLibrary.Find("mmlu").Single().Task;
        foreach (string subset in mmlu.Subsets.Select(s => s.Name))
        {
            Write($"../benchmarks/mmlu/test/{subset}_test.csv", ["Which?,one,two,three,four,B"]);
            Write($"../benchmarks/mmlu/dev/{subset}_dev.csv", ["When?,now,then,soon,never,C"]);
        }

        foreach (string part in new[] { "test", "train" })
            Write($"../benchmarks/US/4_options/phrases_no_exclude_{part}.jsonl", PaperData.MedQa.Take(2));
    }

    private void Write(string name, params IEnumerable<string> lines)
    {
        string path = Path.GetFullPath(Path.Combine(_folder["texts"], name));
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, lines);
    }
}
