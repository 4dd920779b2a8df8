using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests;

/// <summary>The commands as a person types them, in-process, on a model small enough for a test.</summary>
public sealed class EndToEndTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Lora_learns_the_domain_and_writes_documented_metrics()
    {
        string output = TinyRun.Ok(_run.Arguments("a", "steps=30"));
        JsonObject[] lines = Metrics("a");
        JsonObject[] steps = [.. lines.Where(l => !l.ContainsKey("validation"))];
        Assert.Equal(Enumerable.Range(1, 30), steps.Select(s => s["step"]!.GetValue<int>()));
        Assert.All(steps, s => Assert.All(
            new[] { "loss", "grad_norm", "learning_rate", "tokens_per_second", "epoch" },
            k => Assert.True(double.IsFinite(Number(s[k])))));
        Assert.Equal(
            [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30],
            lines.Where(l => l.ContainsKey("validation")).Select(l => l["step"]!.GetValue<int>()));
        JsonObject first = lines[0], last = lines[^1];
        Assert.True(Number(last["ce"]!["bees"]) < 0.9 * Number(first["ce"]!["bees"]));
        Assert.InRange(Number(first["kl"]!["bees"]), 0, 1e-11);
        Assert.True(Number(last["kl"]!["everyday"]) > 1e-6);
        Assert.Contains("\nheld out ", output);
        Assert.Contains("try        molengine generate ", output);
        Assert.True(File.Exists(_run.At("a/config.yaml")));
    }

    [Fact]
    public void An_adapter_scores_and_its_merged_folder_scores_the_same()
    {
        string adapter = Path.Combine(_run.Train("a"), "adapter");
        JsonObject adapted = Score(_run.Model, "--adapter", adapter);
        Assert.Equal(["documents", "mean_ce", "mean_kl"], adapted.Select(p => p.Key));
        JsonArray documents = adapted["documents"]!.AsArray();
        Assert.Equal([36, 1, 0, 12], documents.Select(d => d!["tokens"]!.GetValue<int>()));
        Assert.All(documents, d => Assert.Equal(["tokens", "mean_ce", "mean_kl"], d!.AsObject().Select(p => p.Key)));
        Assert.True(
            documents[1]!["mean_ce"] is null && documents[1]!["mean_kl"] is null && documents[2]!["mean_ce"] is null);
        double weighted = ((35 * Number(documents[0]!["mean_ce"])) + (11 * Number(documents[3]!["mean_ce"]))) / 46;
        Assert.Equal(weighted, Number(adapted["mean_ce"]), 1e-9);
        Assert.True(Number(adapted["mean_kl"]) > 1e-6);
        JsonObject plain = Score(_run.Model);
        Assert.Equal(["documents", "mean_ce"], plain.Select(p => p.Key));
        Assert.NotEqual(Number(plain["mean_ce"]), Number(adapted["mean_ce"]), 1e-3);

        TinyRun.Ok("export", adapter, "--model", _run.Model, "--to", _run.At("merged"), "--merge");
        TinyRun.Ok("export", adapter, "--model", _run.Model, "--to", _run.At("again"));
        foreach (JsonObject other in new[] { Score(_run.At("merged"), "--base", _run.Model), Score(
            _run.Model, "--adapter", _run.At("again")) })
        {
            Assert.Equal(Number(adapted["mean_ce"]), Number(other["mean_ce"]), 1e-5);
            Assert.Equal(Number(adapted["mean_kl"]), Number(other["mean_kl"]), 1e-5);
        }

        Assert.Contains("LoRA, rank 4", TinyRun.Ok("inspect", adapter));
        Assert.Contains("Qwen3ForCausalLM", TinyRun.Ok("inspect", _run.At("merged")));
    }

    [Fact]
    public void Full_training_writes_a_model_that_scores()
    {
        string model = Path.Combine(_run.Train("full", "method=full", "optimizer.learning_rate=1e-3"), "model");
        JsonObject score = Score(model, "--base", _run.Model);
        Assert.True(Number(score["mean_kl"]) > 1e-6);
        Assert.True(Number(score["mean_ce"]) < Number(Score(_run.Model)["mean_ce"]));
    }

    [Theory]
    [InlineData("adapter/adapter_model.safetensors", "lora.dropout=0.2")]
    [InlineData("model/model.safetensors", "method=full", "optimizer.learning_rate=1e-3")]
    public void Threads_split_and_recomputation_change_nothing(string file, params string[] settings)
    {
        string a = _run.Train("a", settings);
        foreach (string[] other in new string[][] { [], ["threads=1", "micro_batch=8", "recompute=layer"],
            ["micro_batch=1", "recompute=full"] })
        {
            string b = _run.Train("b", [.. settings, .. other]);
            Assert.Equal(File.ReadAllBytes(Path.Combine(a, file)), File.ReadAllBytes(Path.Combine(b, file)));
            Assert.Equal(WithoutRates("a"), WithoutRates("b"));
            Directory.Delete(b, recursive: true);
        }
    }

    [Fact]
    public void Other_losses_hold_and_forget()
    {
        // Digits against letters: even two layers can tell such corpora apart.
        string digits = _run.Write(
            "digits.jsonl",
            string.Concat(Enumerable.Range(0, 80).Select(i => $"{{\"text\": \"{i * 7919L * 104729 * 1299709}\"}}\n")));
        string corpora = $"data.corpora=[{{name: bees, path: {Material.Folder}/glass_bees.jsonl, kind: domain}}, "
            + $"{{name: everyday, path: {digits}, kind: general}}]";
        _run.Train("ce", corpora, "loss=ce", "steps=25");
        _run.Train(
            "kl", corpora, "loss=kl", "optimizer.learning_rate=5e-3", "lora.rank=null",
            $"lora.from={_run.At("ce/adapter")}");
        _run.Train("mol", corpora, "steps=25");
        JsonObject ce = Metrics("ce")[^1], kl = Metrics("kl")[^1], mol = Metrics("mol")[^1];
        Assert.False(Metrics("ce")[1].ContainsKey("kl"));
        double forgot = Number(ce["kl"]!["everyday"]), held = Number(mol["kl"]!["everyday"]);
        Assert.True(forgot > 1.5 * held, $"ce {forgot}, mol {held}");

        // KL alone leads an adapter back to the base.
        double back = Number(kl["kl"]!["everyday"]);
        Assert.Equal(forgot, Number(Metrics("kl")[0]["kl"]!["everyday"]));
        Assert.True(back < forgot, $"ce {forgot}, kl {back}");
    }

    [Fact]
    public void Texts_are_tokenized_and_continued()
    {
        string[] lines = TinyRun.Ok("tokenize", _run.Model, "--input", _run.Texts, "--json").TrimEnd('\n').Split('\n');
        Assert.Equal(["""{"ids": [97]}""", """{"ids": []}""", """{"ids": [83, 109, 111, 107, 101, 32, 256, 32, 240, 159, 144, 157]}"""], lines[1..]);
        string[] ask = ["generate", _run.Model, "--prompt", "Hi<|endoftext|>", "--max-tokens", "5"];
        JsonObject answer = JsonNode.Parse(TinyRun.Ok([.. ask, "--json"]))!.AsObject();
        Assert.Equal(["prompt_ids", "ids", "text", "stop"], answer.Select(p => p.Key));
        Assert.Equal([72, 105, 256], answer["prompt_ids"]!.AsArray().Select(x => x!.GetValue<int>()));
        Assert.InRange(answer["ids"]!.AsArray().Count, 1, 5);
        Assert.Contains(answer["stop"]!.GetValue<string>(), new[] { "length", "eos" });
        Assert.Equal(answer["text"]!.GetValue<string>() + "\n", TinyRun.Ok(ask));
    }

    [Theory]
    [InlineData("steps: expected an integer from 1 to 1000000000", "steps=99999999999999")]
    [InlineData("epochs: expected a number above 0, at most 1e6", "epochs=1e300")]
    [InlineData("data.context: expected an integer from 2 to 16777216", "data.context=2000000000")]
    [InlineData("micro_batch: expected at most 16777216 tokens at once", "data.context=1000000", "micro_batch=400",
        "global_batch=400")]
    [InlineData("corpus mute: expected documents of two tokens and more", "data.held_out=0",
        "data.corpora=[{name: mute, path: mute.jsonl, kind: domain}]")]
    [InlineData("data.held_out.documents: expected fewer", "data.held_out=100000")]
    [InlineData("data.document_end: expected a token of the vocabulary", "data.document_end=nope")]
    [InlineData("data.document_end: expected a token of the vocabulary", "data.document_end=999999")]
    [InlineData("lr: unknown key. Did you mean optimizer.learning_rate?", "lr=1")]
    public void An_impossible_run_is_a_sentence_and_leaves_nothing(string says, params string[] settings)
    {
        _run.Write("mute.jsonl", "{\"text\": \"\"}\n{\"text\": \"\"}\n");
        (int code, string output, string error) = TinyRun.Run(_run.Arguments("a", settings));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(says, error);
        Assert.False(Directory.Exists(_run.At("a")));
    }

    [Fact]
    public void Broken_weights_fail_by_name()
    {
        string file = Path.Combine(_run.Model, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(file);
        for (int at = bytes.Length - 4000; at < bytes.Length - 4; at += 4)
            BitConverter.TryWriteBytes(bytes.AsSpan(at), float.NaN);
        File.WriteAllBytes(file, bytes);
        (int code, string output, string error) = TinyRun.Run("score", _run.Model, "--input", _run.Texts);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("a mean is NaN", error);
        (code, _, error) = TinyRun.Run(_run.Arguments("a"));
        Assert.Equal(1, code);
        Assert.Contains("validation: bees: expected finite figures", error);
        Assert.False(Directory.Exists(_run.At("a/adapter")));
    }

    [Theory]
    [InlineData("config.yaml", true)]
    [InlineData("ce.yaml", false)]
    public void The_quickstart_trains_and_asks_its_questions(string config, bool hasKl)
    {
        string path = Path.Combine(Shared.Repository, "examples", "quickstart", config);
        string told = TinyRun.Ok("train", path, "--set", "steps=2", "--set", $"output={_run.At("quickstart")}");
        Assert.Matches(@"questions answered +0 of 40 ", told);
        Assert.Equal(hasKl, told.Contains("loss       mol", StringComparison.Ordinal));

        // How long it took stands behind the time: the report reads what the run writes.
        string report = File.ReadAllText(_run.At("quickstart/report.html"));
        Assert.Matches(@"<dt>Finished</dt><dd><bdi>[0-9: -]+ UTC \(", report);
        Assert.Single(Regex.Matches(report, "<dt>Steps</dt>", RegexOptions.IgnoreCase));
        string model = Path.Combine(Shared.Repository, "examples", "quickstart", "model");
        string adapter = _run.At("quickstart/adapter");
        Assert.NotEmpty(TinyRun.Ok("generate", model, "--adapter", adapter, "--chat", "Who keeps Pellam?"));
    }

    private static double Number(JsonNode? node) => node!.GetValue<double>();

    private JsonObject Score(string model, params string[] more) =>
        JsonNode.Parse(TinyRun.Ok(["score", model, "--input", _run.Texts, "--json", .. more]))!.AsObject();

    private JsonObject[] Metrics(string name) =>
        [.. File.ReadAllLines(_run.At($"{name}/metrics.jsonl")).Select(l => JsonNode.Parse(l)!.AsObject())];

    private string WithoutRates(string name) => string.Join('\n', Metrics(name).Select(line =>
    {
        line.Remove("tokens_per_second");
        line.Remove("memory_bytes");
        return line.ToJsonString(JsonSerializerOptions.Default);
    }));
}
