using System.Text.Json;
using System.Text.Json.Nodes;
using MolEngine.Runs;
using MolEngine.Runs.Records;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>Evaluations on the command line, with a tiny model.</summary>
public sealed class EvalVerbTests : IDisposable
{
    private const string Task = """
        task: bees
        version: "2"
        kind: multiple_choice
        data: [{test: "**/items.jsonl", examples: "**/shots.jsonl", options: options, right: right}]
        prompt: "{{question}}\nAnswer:"
        choices: texts
        scores: [acc, acc_norm]
        """;

    private readonly TinyRun _run = new();
    private readonly string _task;
    private readonly string _data;

    public EvalVerbTests()
    {
        _data = Directory.CreateDirectory(_run.At("data")).FullName;
        _task = _run.At("bees.yaml");
        File.WriteAllText(_task, Task);
        File.WriteAllText(
            Path.Combine(_data, "items.jsonl"),
            """
            {"question": "What do bees eat?", "options": ["light", "glass", "nectar and bread"], "right": 2}
            {"question": "What is made of glass?", "options": {"A": "a bee", "B": "tea"}, "right": "A"}
            {"question": "Where?", "options": ["here", "there"], "right": "there"}

            """);
        File.WriteAllText(
            Path.Combine(_data, "shots.jsonl"), """{"question": "Who?", "options": ["I", "you"], "right": 1}""");
    }

    public void Dispose() => _run.Dispose();

    /// <summary>
    /// Every log-likelihood is that of the forward pass of training over the whole text, less that over its beginning:
    /// nothing of batches, pages and shared prefixes is in it.
    /// </summary>
    [Fact]
    public void Likelihoods_are_those_of_whole_texts()
    {
        string json = _run.At("results.json"), texts = _run.At("scored.jsonl");
        TinyRun.Ok(Command("--shots", "1", "--json", json, "--output", _run.At("likelihoods")));
        JsonNode result = JsonNode.Parse(File.ReadAllText(json))!["results"]![0]!;
        JsonArray answers = result["answers"]!.AsArray();
        Assert.Equal(3, answers.Count);
        List<(string Before, string After, double Scored)> all =
        [
            .. answers.SelectMany(a => a!["continuations"]!.AsArray().Zip(
                a["log_likelihoods"]!.AsArray(), (c, l) => ((string)a["prompt"]!, (string)c!, (double)l!))),
        ];
        Assert.Equal(7, all.Count);
        Assert.StartsWith("Who?\nAnswer: you\n\nWhat do bees eat?\nAnswer:", all[0].Before);
        File.WriteAllLines(texts, all.SelectMany(a => new[] { a.Before, a.Before + a.After }).Select(
            t => JsonSerializer.Serialize(new { text = t })));
        JsonArray documents = JsonNode.Parse(TinyRun.Ok("score", _run.Model, "--input", texts, "--json"))!
            ["documents"]!.AsArray();
        for (int i = 0; i < all.Count; i++)
        {
            double expected = Sum(documents[2 * i]!) - Sum(documents[(2 * i) + 1]!);
            Assert.Equal(expected, all[i].Scored, 1e-3);
            Assert.InRange(all[i].Scored, double.MinValue, -0.1);
        }

        static double Sum(JsonNode document) => (double)document["mean_ce"]! * ((double)document["tokens"]! - 1);
    }

    [Fact]
    public void A_table_and_files_are_left_and_the_same_command_finds_them()
    {
        string output = _run.At("evaluated");
        string said = TinyRun.Ok(Command("--output", output));
        Assert.Contains("bees ", said);
        Assert.Contains("MolEngine, version 2; 0 shots; no chat template; all items", said);
        string log = Path.Combine(output, "bees.jsonl");
        string first = File.ReadAllText(log);
        JsonNode summary = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(log, ".json")))!;
        Assert.Equal(3, (int)summary["results"]![0]!["scores"]!["acc"]!["n"]!);
        (int code, string again, string error) = TinyRun.Run(Command("--output", output));
        Assert.Equal((ExitCode.Done, said, first), (code, again, File.ReadAllText(log)));
        Assert.Contains("3 answers of which were there", error);

        (code, _, error) = TinyRun.Run(Command("--output", output, "--limit", "2"));
        Assert.Equal(ExitCode.UserError, code);
        Assert.Contains("limit: none there, 2 now", error);
        Assert.Equal(first, File.ReadAllText(log));
    }

    /// <summary>Rows at once change nothing.</summary>
    [Fact]
    public void Batches_have_no_influence()
    {
        string Scores(string rows) => TinyRun.Ok(Command("--batch", rows, "--output", _run.At($"b{rows}"), "--json"));
        Assert.Equal(Scores("1"), Scores("7"));
    }

    [Fact]
    public void Answers_are_written_and_judged()
    {
        File.WriteAllText(_task, """
            task: written
            version: "1"
            kind: generate_match
            data: [{test: "**/items.jsonl"}]
            prompt: "{{question}}"
            answer: "{{right}}"
            generation: {max_tokens: 5}
            """);
        string said = TinyRun.Ok(Command(
            "--json", "--output", _run.At("w"), "--mode", "domain", "--no-chat", "--max-tokens", "6"));
        JsonNode result = JsonNode.Parse(said)!["results"]![0]!;
        Assert.Equal(0.01, (double)result["generation"]!["temperature"]!);
        Assert.All(result["answers"]!.AsArray(), a => Assert.InRange((int)a!["tokens"]!, 1, 6));
        Assert.Equal(3, (int)result["scores"]!["exact_match"]!["n"]!);
    }

    [Theory]
    [InlineData("--tasks: humaneval: expected --allow-code-execution", "--tasks", "humaneval")]
    [InlineData("--data: gsm8k: expected the data, got none", "--tasks", "gsm8k")]
    [InlineData("--mode: expected think, non-think or domain, got fast", "--tasks", "gsm8k", "--mode", "fast")]
    [InlineData("--limit: expected an integer of at least 1, got 0", "--tasks", "gsm8k", "--limit", "0")]
    [InlineData("MODEL, --tasks: expected both")]
    public void A_mistake_is_a_sentence(string says, params string[] options)
    {
        (int code, string output, string error) = TinyRun.Run(["eval", _run.Model, "--data", _data, .. options]);
        Assert.Equal((ExitCode.UserError, ""), (code, output));
        Assert.Contains(says, error);
    }

    /// <summary>A run asks before the first step, every so many, and after the last, and keeps every answer.</summary>
    [Fact]
    public void A_run_has_its_benchmarks()
    {
        string output = TinyRun.Ok(_run.Arguments(
            "out", [$"eval={{tasks: {_task}, data: {_data}, limit: 2, every: 4}}", "validate.every=0"]));
        Assert.Contains("eval       bees, 2 items", output);
        Assert.Contains("  bees at step 4: acc ", output);
        Assert.Matches(@"\nbees +[01]\.\d{4} -> +[01]\.\d{4} ", output);
        JsonNode[] lines =
        [
            .. File.ReadLines(_run.At("out/metrics.jsonl")).Where(l => l.Contains("\"eval\"")).Select(
                l => JsonNode.Parse(l)!),
        ];
        Assert.Equal([0, 4, 6], lines.Select(l => (int)l["step"]!));
        foreach (JsonNode line in lines)
        {
            string[] log = Log((int)line["step"]!);
            Assert.Equal(3, log.Length);
            Assert.Equal(
                log[1..].Average(l => (double)JsonNode.Parse(l)!["scores"]!["acc"]!), (double)line["eval"]!["bees"]!);
        }

        IReadOnlyList<BenchmarkScore> rounds = RunFacts.Benchmarks(_run.At("out"));
        Assert.Equal(lines.Select(l => (double)l["eval"]!["bees"]!), rounds.Select(r => r.Value));
        Assert.All(rounds, r => Assert.True(r.Low <= r.Value && r.Value <= r.High && r.Items == 2));
        Assert.Contains("<section id=\"benchmarks\">", File.ReadAllText(_run.At("out/report.html")));

        // What the model learned in between has moved the likelihoods.
        Assert.NotEqual(Log(0), Log(6));
        (_, _, string error) = TinyRun.Run(_run.Arguments("other", ["eval=beees"]));
        Assert.Contains("eval.tasks: --tasks: beees: expected a task", error);

        string[] Log(int step) => File.ReadAllLines(
            Assert.Single(Directory.GetFiles(_run.At($"out/eval/step-{step}"), "bees-*.jsonl")));
    }

    [Fact]
    public void Tasks_are_listed_and_shown()
    {
        Assert.Contains("mmlu@opencompass", TinyRun.Ok("eval", "--list"));
        Assert.StartsWith("task: mmlu\n", TinyRun.Ok("eval", "--show", "mmlu_clinical"));
    }

    private string[] Command(params string[] more) =>
        ["eval", _run.Model, "--tasks", _task, "--data", _data, .. more];
}
