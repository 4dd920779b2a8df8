using System.Text.Json.Nodes;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>Comparisons on the command line, with a tiny model.</summary>
public sealed class CompareVerbTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    /// <summary>
    /// A run brings its held-out texts and questions; what is measured of them is what the run itself measured, and
    /// the adapter by itself is the run.
    /// </summary>
    [Fact]
    public void A_run_is_compared_on_what_it_held_out()
    {
        string questions = _run.Write("questions.jsonl", """
            {"question": "What does a glass bee need?", "options": ["light", "rain"], "answer": "A"}
            {"question": "Where?", "options": ["there", "here"], "answer": "B"}

            """);
        string run = _run.Train(
            "out", $"questions={{path: {questions}, pairs: plain}}", "data.packing=best_fit", "checkpoint.every=3");
        string json = _run.At("compare.json"), page = _run.At("compare.html");
        string said = TinyRun.Ok(
            "compare", _run.Model, run, $"again={Path.Combine(run, "adapter")}", "--html", page, "--json", json,
            "--checkpoints");
        JsonNode result = JsonNode.Parse(File.ReadAllText(json))!;
        Assert.StartsWith((string)result["verdict"]!, said);
        Assert.Contains("default-src", File.ReadAllText(page));
        JsonNode[] models = [.. result["models"]!.AsArray().Select(m => m!)];
        Assert.Equal(["out", "again"], models.Select(m => (string)m["name"]!));
        Assert.Equal(models[0]["texts"]!.ToJsonString(), models[1]["texts"]!.ToJsonString());
        JsonNode last = JsonNode.Parse(File.ReadLines(Path.Combine(run, "metrics.jsonl")).Last(
            l => l.Contains("\"validation\"") && l.Contains("\"everyday\"")))!;
        JsonNode everyday = models[0]["texts"]!.AsArray().Single(t => (string)t!["name"]! == "everyday")!;
        Assert.Equal("general", (string)everyday["kind"]!);
        Assert.Equal(3, (int)everyday["n"]!);
        Assert.Equal((double)last["ce"]!["everyday"]!, (double)everyday["ce_after"]!, 1e-5);
        Assert.Equal((double)last["kl"]!["everyday"]!, (double)everyday["kl_model_base"]!["coarse"]!, 1e-5);
        Assert.True((double)everyday["kl_model_base"]!["full"]!["value"]! > 1e-4);
        JsonNode asked = models[0]["tasks"]![0]!;
        Assert.Equal(("questions", "domain", 2), (
            (string)asked["name"]!, (string)asked["kind"]!, (int)asked["n"]!));

        // Options have probabilities, and so the model is more or less sure of them than it is right.
        Assert.InRange((double)asked["calibration_error_after"]!, 0, 1);
        Assert.All(asked["items"]!.AsArray(), i => Assert.InRange((double)i!["right_before"]!, 1e-9, 1 - 1e-9));

        // The checkpoint on the way is nearer to the base than the end, which is none.
        JsonNode way = Assert.Single(models[0]["checkpoints"]!.AsArray())!;
        Assert.Equal(3, (int)way["step"]!);
        JsonNode half = way["texts"]!.AsArray().Single(t => (string)t!["name"]! == "everyday")!;
        Assert.InRange((double)half["kl_model_base"]!["full"]!["value"]!,
            1e-9, (double)everyday["kl_model_base"]!["full"]!["value"]!);
        Assert.Empty(models[1]["checkpoints"]!.AsArray());
    }

    /// <summary>Tasks are asked as eval asks them, into the same log; a model without change loses nothing.</summary>
    [Fact]
    public void Tasks_and_texts_are_named()
    {
        string data = Directory.CreateDirectory(_run.At("data")).FullName;
        File.WriteAllLines(Path.Combine(data, "items.jsonl"), Enumerable.Range(0, 8).Select(
            i => $$"""{"question": "Who is {{i}}?", "options": ["a bee", "no glass", "{{i}}"], "right": {{i % 3}}}"""));
        string task = _run.Write("bees.yaml", """
            task: bees
            version: "2"
            kind: multiple_choice
            data: [{test: "**/items.jsonl", options: options, right: right}]
            prompt: "{{question}}\nAnswer:"
            choices: texts
            scores: [acc]
            """);
        string[] all =
        [
            "compare", _run.Model, $"same={_run.Model}", "--tasks", task, "--data", data, "--texts",
            $"notes={_run.Texts}", "--domain", "bees", "--out", _run.At("c"),
        ];
        TinyRun.Ok(all);
        JsonNode result = JsonNode.Parse(File.ReadAllText(_run.At("c/compare.json")))!;
        JsonNode model = result["models"]![0]!, bees = model["tasks"]![0]!, notes = model["texts"]![0]!;
        Assert.Equal((0, 0, 1.0, "domain"), (
            (int)bees["lost"]!, (int)bees["gained"]!, (double)bees["p"]!, (string)bees["kind"]!));
        Assert.True((double)bees["by_guessing"]! > 0 && bees["calibration_error_after"] is not null);
        Assert.Equal(8, bees["items"]!.AsArray().Count);
        Assert.Equal(0, (double)notes["kl_base_model"]!["full"]!["value"]!);
        Assert.Equal(1, (double)notes["top_overlap"]!);
        Assert.True(File.Exists(_run.At("c/compare.html")));

        // The answers were kept: asked again, none is computed anew.
        (int code, _, string error) = TinyRun.Run(all);
        Assert.Equal(0, code);
        Assert.Contains("8 answers of which were there", error);
    }

    [Theory]
    [InlineData("--tasks, --texts: expected at least one of them", "same={model}")]
    [InlineData("MODEL: expected a model, an adapter or a run", "--texts", "{texts}")]
    [InlineData("MODEL: nowhere: expected the folder of a model (config.json)", "nowhere", "--texts", "{texts}")]
    [InlineData(
        "--domain: web: expected the name of a text or a task, got another. There is texts", "{model}", "--texts",
        "{texts}", "--domain", "web")]
    [InlineData("--texts: gone.jsonl: expected a file or a folder", "{model}", "--texts", "x=gone.jsonl")]
    [InlineData("expected a name for each, got a for", "a={model}", "a={model}", "--texts", "{texts}")]
    [InlineData("--limit: expected an integer of at least 1, got 0", "{model}", "--limit", "0")]
    public void A_mistake_is_a_sentence(string says, params string[] options)
    {
        string[] given = [.. options.Select(o => o.Replace("{model}", _run.Model).Replace("{texts}", _run.Texts))];
        (int code, string output, string error) = TinyRun.Run(["compare", _run.Model, .. given]);
        Assert.Equal((ExitCode.UserError, ""), (code, output));
        Assert.Contains(says, error);
    }
}
