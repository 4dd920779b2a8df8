using System.Text.Json.Nodes;

namespace MolEngine.Trainer.Tests.Questions;

/// <summary>A tiny model learns answers by heart, through the program.</summary>
public sealed class QuestionnaireTests : IDisposable
{
    private static readonly (string Question, string Answer)[] Facts =
        [("What do bees eat?", "light"), ("Who keeps them?", "smiths"), ("Where do they sleep?", "in jars")];

    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("plain", "loss=ce", "init=random")]
    [InlineData("chat", "loss=ce", "init=pretrained")]
    public void What_was_learned_is_answered(string pairs, params string[] settings)
    {
        string facts = Write("facts.jsonl", Facts);
        string asked = Write("asked.jsonl", [Facts[0], Facts[1], ("Who made them?", "nobody")]);
        string corpora = $"[{{path: {facts}, kind: domain, pairs: {pairs}}}]";
        string output = TinyRun.Ok(_run.Arguments(
            "a",
            [
                $"data={{context: 160, held_out: 0, corpora: {corpora}}}", "validate.every=0",
                $"questions={{path: {asked}, max_tokens: 12, pairs: {pairs}}}", "steps=120", "global_batch=1",
                "micro_batch=1", "method=full", "optimizer.learning_rate=1e-2", .. settings,
            ]));
        Assert.Contains("questions  3 from ", output);
        Assert.Contains("           2 of them are training documents too, with their answers", output);
        Assert.Contains("  questions at step 0: 0 of 3 answered\n", output);
        Assert.Contains("\nquestions answered     0 of 3 ->    2 of 3\n", output);

        JsonObject[] rows = Rows("a");
        Assert.Equal(
            ["question", "expected", "in_training", "before", "right_before", "after", "right_after"],
            rows[0].Select(p => p.Key));
        Assert.Equal(
            ["What do bees eat?", "Who keeps them?", "Who made them?"], rows.Select(r => (string)r["question"]!));
        Assert.Equal(["light", "smiths"], rows[..2].Select(r => (string)r["after"]!));
        Assert.Equal([true, true, false], rows.Select(r => (bool)r["right_after"]!));
        Assert.Equal([true, true, false], rows.Select(r => (bool)r["in_training"]!));
        Assert.All(rows, r => Assert.False((bool)r["right_before"]!));
        Assert.Equal(
            [
                """{"step":0,"validation":true,"exact_match":0}""",
                """{"step":120,"validation":true,"exact_match":0.6666666666666666}""",
            ],
            File.ReadLines(_run.At("a/metrics.jsonl")).Where(l => l.Contains("validation")));
    }

    /// <summary>A section of the config goes as a whole, its file need not be there.</summary>
    [Theory]
    [InlineData("questions: nowhere.jsonl")]
    [InlineData("questions: {path: nowhere.jsonl, max_tokens: 4, pairs: plain}")]
    public void Questions_of_a_config_can_be_switched_off(string section)
    {
        File.AppendAllText(_run.Config, $"\n{section}\n");
        Assert.Contains("nowhere.jsonl", TinyRun.Run(_run.Arguments("a")).Error);
        string output = TinyRun.Ok(_run.Arguments("a", "steps=1", "questions=null"));
        Assert.DoesNotContain("questions", output);
        Assert.False(File.Exists(_run.At("a/questions.json")));

        // Asked again where a later setting says so.
        string asked = Write("asked.jsonl", Facts);
        Assert.Contains(
            "questions  3 from ",
            TinyRun.Ok(_run.Arguments("b", "steps=1", "questions=null", $"questions.path={asked}")));
    }

    /// <summary>Before is the model that training starts from: with lora.from, the one with that adapter.</summary>
    [Fact]
    public void A_run_from_an_adapter_starts_with_what_that_run_ended_with()
    {
        string asked = "questions=" + Write("asked.jsonl", Facts);
        _run.Train("a", asked, "steps=12");
        _run.Train("b", asked, "steps=1", "lora.rank=null", $"lora.from={_run.At("a/adapter")}");
        Assert.Equal(Answers("a", "after"), Answers("b", "before"));
        Assert.NotEqual(Answers("a", "before"), Answers("b", "before"));
    }

    /// <summary>
    /// A model may have more rows than its tokenizer has tokens: untrained, it says those, and they are no text.
    /// </summary>
    [Fact]
    public void Ids_without_a_token_do_not_end_a_run()
    {
        string config = Path.Combine(_run.Model, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("259", "4000"));
        _run.Train("a", "questions=" + Write("asked.jsonl", Facts), "steps=1", "init=random", "loss=ce", "method=full");
        Assert.Contains("", Answers("a", "before"));
        Assert.Contains("\"after\"", File.ReadAllText(_run.At("a/samples.json")));
    }

    private string[] Answers(string name, string key) => [.. Rows(name).Select(r => (string)r[key]!)];

    private JsonObject[] Rows(string name) =>
    [
        .. JsonNode.Parse(File.ReadAllText(_run.At($"{name}/questions.json")))!.AsArray().Select(r => r!.AsObject()),
    ];

    private string Write(string name, IEnumerable<(string Question, string Answer)> facts) => _run.Write(
        name,
        string.Concat(facts.Select(f => $"{{\"question\": \"{f.Question}\", \"answer\": \"{f.Answer}\"}}\n")));
}
