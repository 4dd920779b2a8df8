using System.Text.Json;
using System.Text.Json.Nodes;
using MolEngine.Basics.Numerics;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Server.Tests;

/// <summary>
/// A tiny model with a chat template, in one of two kinds: of random weights, or one that follows a script, whose next
/// token depends on the last one alone.
/// </summary>
/// <remarks>
/// A dialogue whose last message begins with ! and a letter asks for that letter's line of the script; any other gets
/// the line of the line break.
/// </remarks>
public sealed class ModelFolder : IDisposable
{
    /// <summary>What the scripted model says, in tokens, by the last character of the prompt.</summary>
    public static readonly Dictionary<char, string[]> Script = new()
    {
        ['\n'] = ["Hello", " world"],
        ['S'] = ["one ", "two ST", "OP three"],
        ['T'] = ["I look. <tool", "_call>\n{\"name\": \"weather\", \"argu", "ments\": {\"city\": \"Graz\"}}\n</tool_",
            "call>"],
        ['R'] = ["<thi", "nk>\nBecause.", "\n</think>\n", "\nSo."],
        ['L'] = ["la "],
    };

    private const string Template = """
        {% if tools %}<|im_start|>tools
        {{ tools | tojson }}<|im_end|>
        {% endif %}
        {% for m in messages %}<|im_start|>{{ m.role }}
        {{ m.content }}{% for c in m.tool_calls or [] %}[{{ c.function.name }} {{ c.function.arguments.city }}]
        {%- endfor %}<|im_end|>
        {% endfor %}
        {# <think> and </think> stand around what the model thinks #}
        {% if add_generation_prompt %}<|im_start|>assistant
        {% if messages[-1].content[:1] == "!" %}{{ messages[-1].content[1] }}{% endif %}{% endif %}
        """;

    private readonly TemporaryFolder _folder = new();

    private ModelFolder(int vocabulary, int hidden, bool tied, Action<string>? changeTokenizer)
    {
        string source = _folder.Folder("source");
        foreach (string file in Directory.GetFiles(Material.Model))
            File.Copy(file, Path.Combine(source, Path.GetFileName(file)));
        changeTokenizer?.Invoke(Path.Combine(source, "tokenizer.json"));
        File.WriteAllText(Path.Combine(source, "chat_template.jinja"), Template);
        File.WriteAllText(Path.Combine(source, "config.json"), $$"""
            {
              "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": {{vocabulary}},
              "hidden_size": {{hidden}}, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
              "num_key_value_heads": 2, "head_dim": 8, "hidden_act": "silu", "max_position_embeddings": 8192,
              "initializer_range": 0.3, "rms_norm_eps": 1e-06, "rope_theta": 10000.0,
              "tie_word_embeddings": {{(tied ? "true" : "false")}}, "eos_token_id": 256, "torch_dtype": "float32"
            }
            """);
        Source = source;
    }

    public string Model => Path.Combine(_folder.Root, "tiny");

    /// <summary>An adapter on all projections that changes what the model says.</summary>
    public string Adapter => Path.Combine(_folder.Root, "adapter");

    private string Source { get; }

    /// <summary>A model of random weights.</summary>
    public static ModelFolder Random()
    {
        var folder = new ModelFolder(259, 32, tied: true, null);
        folder.Write(_ => { });
        return folder;
    }

    /// <summary>The model that follows <see cref="Script"/>.</summary>
    public static ModelFolder Scripted()
    {
        string[] pieces = [.. Script.Values.SelectMany(line => line)];
        var folder = new ModelFolder(280, 280, tied: false, path => AddTokens(path, pieces));
        var tokenizer = Tokenizer.Load(folder.Source);
        folder.Write(weights =>
        {
            foreach (string name in weights.Names.Where(
                n => n.EndsWith("o_proj.weight", StringComparison.Ordinal)
                    || n.EndsWith("down_proj.weight", StringComparison.Ordinal) || !n.Contains("layers")))
            {
                if (!name.EndsWith("norm.weight", StringComparison.Ordinal))
                    weights[name].Span<float>().Clear();
            }

            Span<float> embedding = weights["model.embed_tokens.weight"].Span<float>();
            Span<float> head = weights["lm_head.weight"].Span<float>();
            for (int id = 0; id < 280; id++)
                embedding[(id * 280) + id] = 1;
            foreach ((int id, int next) in Followers(tokenizer))
                head[(next * 280) + id] = 1;
        });
        return folder;
    }

    public void Dispose() => _folder.Dispose();

    private static void AddTokens(string path, string[] pieces)
    {
        JsonNode tokenizer = JsonNode.Parse(File.ReadAllText(path))!;
        for (int i = 0; i < pieces.Length; i++)
        {
            tokenizer["added_tokens"]!.AsArray().Add(JsonSerializer.SerializeToNode(new
            {
                id = 259 + i,
                content = pieces[i],
                single_word = false,
                lstrip = false,
                rstrip = false,
                normalized = false,
                special = false,
            }));
        }

        File.WriteAllText(path, tokenizer.ToJsonString());
    }

    /// <summary>The token that follows each.</summary>
    private static Dictionary<int, int> Followers(Tokenizer tokenizer)
    {
        int end = tokenizer.TokenId("<|im_end|>")!.Value;
        Dictionary<int, int> followers = [];
        foreach ((char trigger, string[] line) in Script)
        {
            int last = tokenizer.Encode([trigger], addSpecialTokens: false)[0];
            foreach (string piece in line)
                followers[last] = last = tokenizer.TokenId(piece)!.Value;
            followers[last] = trigger == 'L' ? last : end;
        }

        return followers;
    }

    private void Write(Action<ModelWeights> change)
    {
        using var arena = new HostArena("tiny");
        ModelConfig config = ModelConfig.Load(Source);
        using ModelWeights weights = RandomInit.Create(config, 5, arena);
        change(weights);
        ModelExport.Write(
            Model, ModelFiles.Of(Source), weights.Names.ToDictionary(n => n, n => weights[n]), DType.F32);
        File.Copy(Path.Combine(Source, "chat_template.jinja"), Path.Combine(Model, "chat_template.jinja"), true);
        WriteAdapter(config, arena);
    }

    private void WriteAdapter(ModelConfig config, Arena arena)
    {
        using var ops = CpuBackend.Create(threads: 1);
        using var model = new InferenceModel(ops, Model, null);
        var modules = new Dictionary<string, (Tensor A, Tensor B)>();
        model.Frozen.Map((name, linear) =>
        {
            Tensor a = arena.Allocate($"{name} A", DType.F32, 3, linear.Inputs);
            Tensor b = arena.Allocate($"{name} B", DType.F32, linear.Outputs, 3);
            CounterRandom.For(1, $"{name} A").Normal(a.Span<float>(), 1 / Math.Sqrt(linear.Inputs));
            CounterRandom.For(1, $"{name} B").Normal(b.Span<float>(), 0.5);
            modules[name] = (a, b);
            return linear;
        });
        PeftAdapter.Save(
            Adapter, new LoraConfig(3, 6, false, 0, LoraConfig.AllProjections), modules, "tiny", config.NumLayers);
    }
}
