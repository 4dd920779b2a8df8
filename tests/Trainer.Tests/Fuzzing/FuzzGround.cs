using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace MolEngine.Trainer.Tests.Fuzzing;

/// <summary>
/// A folder with one of every kind of file that the program reads, all of them good: models, corpora, a finished run,
/// one that was cut short, an evaluation.
/// </summary>
public sealed class FuzzGround : IDisposable
{
    private readonly TinyRun _run = new();
    private readonly Dictionary<string, byte[]> _good = [];

    public FuzzGround()
    {
        WriteTexts();
        WriteModels();
        WriteTask();
        string[] settings =
        [
            "steps=2", "global_batch=1", "micro_batch=1", "lora.rank=1", "validate={every: 1, documents: 1}",
            "samples=1", "checkpoint={every: 1, export: best}",
            $"questions={{path: {At("questions.jsonl")}, max_tokens: 1}}",
            $"eval={{tasks: [{At("task.yaml")}], data: {At("data")}, every: 1, limit: 1}}",
        ];
        _run.Train("run", settings);
        File.WriteAllText(
            At("run/advice.json"), """[{"step": 2, "rule": "plateau", "corpus": "bees", "text": "it stands still"}]""");
        Copy(At("run"), At("cut"));
        Directory.Delete(At("cut/adapter"), recursive: true);
        File.WriteAllText(At("cut/config.yaml"), File.ReadAllText(At("cut/config.yaml")).Replace(At("run"), At("cut")));
        File.WriteAllText(At("run.yaml"), File.ReadAllText(At("run/config.yaml")).Replace(At("run"), At("new")));
        TinyRun.Ok(Arguments(FuzzTarget.All.First(t => t.Path == "evaluated/bees.json")));
        foreach (string file in Directory.GetFiles(_run.Root, "*", SearchOption.AllDirectories))
            _good[file] = File.ReadAllBytes(file);
    }

    public string At(string name) => _run.At(name);

    internal byte[] Good(FuzzTarget target) => _good[At(target.Path)];

    internal string[] Arguments(FuzzTarget target) =>
        [.. target.Command.Select(a => a.StartsWith('@') ? At(a[1..]) : a)];

    /// <summary>Makes everything as it was.</summary>
    internal void Restore()
    {
        foreach (string file in Directory.GetFiles(_run.Root, "*", SearchOption.AllDirectories))
        {
            if (!_good.ContainsKey(file))
                File.Delete(file);
        }

        foreach ((string file, byte[] bytes) in _good)
        {
            var now = new FileInfo(file);
            if (now.Exists && now.Length == bytes.Length && bytes.AsSpan().SequenceEqual(File.ReadAllBytes(file)))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }

        foreach (string folder in Directory.GetDirectories(_run.Root))
        {
            if (!_good.Keys.Any(f => f.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
                Directory.Delete(folder, recursive: true);
        }

        if (Directory.Exists(At("cut/adapter")))
            Directory.Delete(At("cut/adapter"), recursive: true);
    }

    public void Dispose() => _run.Dispose();

    private void WriteTexts()
    {
        _run.Write("one.jsonl", "{\"text\": \"A bee.\"}\n");
        _run.Write(
            "texts.json", """[{"text": "A bee.", "n": 1.5}, {"text": "Glass", "list": [{"a": [true, null]}]}]""");
        _run.Write("texts.csv", "text,n\n\"A bee, \"\"of\"\" glass\",1\r\nLight,\n");
        _run.Write("texts.txt", "A bee.\n\nGlass\n");
        _run.Write("chats.jsonl", """
            {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "c"}]}
            {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}
            {"instruction": "a", "input": "", "output": "b"}
            {"prompt": [{"role": "user", "content": "a"}], "chosen": [{"role": "assistant", "content": "a"}]}

            """);
        _run.Write("questions.jsonl", """
            {"question": "What does a glass bee need?", "answer": "Light."}
            {"prompt": "One, two, ", "completion": "three"}

            """);
        using FileStream packed = File.Create(At("texts.jsonl.gz"));
        using var gzip = new GZipStream(packed, CompressionLevel.Fastest);
        gzip.Write(File.ReadAllBytes(_run.Texts));
    }

    private void WriteModels()
    {
        File.WriteAllText(Path.Combine(_run.Model, "generation_config.json"), """
            {"eos_token_id": [256], "temperature": 0.5, "top_p": 0.9, "top_k": 3, "max_new_tokens": 4}
            """);
        File.WriteAllText(Path.Combine(_run.Model, "chat_template.jinja"), """
            {%- set ns = namespace(n=0) -%}
            {% for m in messages if m.role != 'x' %}{{ '<' ~ m['role'] + '>' }}{{ m.content | trim }}
            {%- set ns.n = ns.n + 1 %}{%- if loop.last and not (1 > 2 or none) %}{% endif %}{% endfor %}
            {%- macro f(a, b=[1, {'c': 2}]) %}{{ a }}{% endmacro %}
            {{ f(ns.n) }}{{ "%s" | format(3) }}{% if add_generation_prompt %}<assistant>{% endif %}
            """);
        Copy(_run.Model, At("split"));
        JsonNode split = JsonNode.Parse(File.ReadAllText(At("split/tokenizer.json")))!;
        split["pre_tokenizer"] = JsonNode.Parse("""
            {"type": "Sequence", "pretokenizers": [
              {"type": "Split", "behavior": "Isolated", "invert": false,
               "pattern": {"Regex": "(?i:'s|'t)|[^\\r\\n\\p{L}]?\\p{L}+|\\s+(?!\\S)|\\s+"}},
              {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}]}
            """);
        File.WriteAllText(At("split/tokenizer.json"), split.ToJsonString());
        Copy(_run.Model, At("sharded"));
        File.Move(At("sharded/model.safetensors"), At("sharded/model-00001-of-00001.safetensors"));
        var map = new JsonObject();
        byte[] weights = File.ReadAllBytes(At("sharded/model-00001-of-00001.safetensors"));
        string header = Encoding.UTF8.GetString(weights, 8, BitConverter.ToInt32(weights));
        foreach ((string name, _) in JsonNode.Parse(header)!.AsObject().Where(p => p.Key != "__metadata__"))
            map[name] = "model-00001-of-00001.safetensors";
        var index = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = 1 }, ["weight_map"] = map };
        File.WriteAllText(At("sharded/model.safetensors.index.json"), index.ToJsonString());
    }

    private void WriteTask()
    {
        _run.Write("task.yaml", """
            task: bees
            version: "2"
            kind: multiple_choice
            data: [{test: "**/items.jsonl", examples: "**/shots.jsonl", options: options, right: right}]
            prompt: "{{question}}\nAnswer:"
            description: |
              Bees: {{ question | upper }}
            choices: texts
            scores: [acc, acc_norm]
            """);
        Directory.CreateDirectory(At("data"));
        _run.Write("data/items.jsonl", """
            {"question": "What do bees eat?", "options": ["light", "glass"], "right": 1}
            {"question": "Where?", "options": {"A": "a bee", "B": "tea"}, "right": "A"}

            """);
        _run.Write("data/shots.jsonl", """{"question": "Who?", "options": ["I", "you"], "right": 1}""");
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
