using System.Text.RegularExpressions;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>What the program says where there is one of everything.</summary>
public sealed partial class OneOfEachTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void One_of_a_thing_is_no_plural()
    {
        _run.Write("one.jsonl", """
            {"prompt": "A bee?", "completion": " Glass."}
            {"prompt": "A cat?", "completion": " Grey."}
            {"bad": 1}
            """);
        // Of the two texts one is held out; both are asked.
        _run.Write("ask.jsonl", """
            {"prompt": "A bee?", "completion": " Glass."}
            {"prompt": "A cat?", "completion": " Grey."}
            """);
        string config = _run.Write("one.yaml", $$"""
            model: model
            output: {{_run.At("a")}}
            data:
              context: 48
              held_out: 1
              skip_bad_records: true
              corpora: [{name: one, path: one.jsonl, kind: domain}]
            questions: {path: ask.jsonl, max_tokens: 1}
            steps: 1
            global_batch: 1
            micro_batch: 1
            lora: {rank: 1, target_modules: [q_proj]}
            optimizer: {warmup_ratio: 0}
            samples: 1
            """);
        _run.Write("a.jsonl", """{"text": "a"}""");
        string[] said =
        [
            TinyRun.Ok("train", config),
            TinyRun.Ok("inspect", _run.At("a")),
            TinyRun.Ok("inspect", config, "--show-rows", "1"),
            TinyRun.Ok("inspect", _run.At("a/adapter")),
            TinyRun.Ok("score", _run.Model, "--input", _run.At("a.jsonl")),
            TinyRun.Ok(
                "generate", _run.Model, "--input", _run.At("a.jsonl"), "--output", _run.At("b.jsonl"), "--max-tokens",
                "1"),
            TinyRun.Run("train", config, "--set", $"output={_run.At("b")}", "--set", "data.held_out=2").Error,
            Tags().Replace(File.ReadAllText(_run.At("a/report.html")), " "),
        ];
        string[] lines = [.. said.SelectMany(s => s.Split('\n'))];
        Assert.DoesNotContain(lines, l => PluralOfOne().IsMatch(l));

        // All of it has been said.
        string[] ones =
        [
            "1 document,", "1 row of", "1 step of", "1 held-out document", "1 token", "1 record skipped",
            "1 of them is",
        ];
        foreach (string one in ones)
            Assert.Contains(lines, l => l.Contains(one, StringComparison.Ordinal));
    }

    /// <summary>"1 rows", "1 held-out documents"; not "1 is", "0.1 units" or "1 of 2 rows".</summary>
    [GeneratedRegex(
        @"(?<![\d.,:/-])1 (?!of |to )(?:[a-z/-]+ )?(?!(?:is|has|was|its|this|as|loss|counts|less)\b)[a-z-]+s\b")]
    private static partial Regex PluralOfOne();

    [GeneratedRegex("<style.*?</style>|<[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Tags();
}
