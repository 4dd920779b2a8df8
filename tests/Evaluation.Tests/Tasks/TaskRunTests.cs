using System.Text.Json.Nodes;
using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Results;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Tests.Tasks;

public sealed class TaskRunTests : IDisposable
{
    private static readonly Dictionary<string, string> Identity = new() { ["model"] = "m", ["limit"] = "none" };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The whole way, and what a person can check it by: the score is that of the likelihoods in the log, and
    /// those are the model's for the very texts that stand there.</summary>
    [Fact]
    public void A_task_is_asked_scored_and_shown()
    {
        PreparedTask task = Questions(20);
        TaskResult result = Run(task, new CountingModel(), out string log);
        JsonObject[] lines = [.. ResultLog.Lines(log).Select(l => JsonNode.Parse(l)!.AsObject())];
        Assert.Equal(Enumerable.Range(0, 20), lines.Select(l => (int)l["item"]!));
        double right = 0;
        foreach (JsonObject line in lines)
        {
            var model = new CountingModel();
            double[] expected =
            [
                .. line["continuations"]!.AsArray().Select(c => CountingModel.ScoreOf(new(
                    model.Encode(line["prompt"]!.ToString()), model.Encode(c!.ToString()))).LogLikelihood),
            ];
            double[] scored = [.. line["log_likelihoods"]!.AsArray().Select(x => (double)x!)];
            Assert.Equal(expected, scored);
            bool isRight = Array.IndexOf(scored, scored.Max()) == "AB".IndexOf(line["right"]!.ToString()[0]);
            Assert.Equal(isRight ? 1 : 0, (double)line["scores"]!["acc"]!);
            right += isRight ? 1 : 0;
        }

        Estimate acc = Assert.Single(result.Whole);
        Assert.Equal((right / 20, 20), (acc.Value, acc.Items));
        Assert.InRange(right, 1, 19);
        Assert.Contains("MolEngine, version 1", result.How);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(23)]
    public void What_was_stopped_goes_on(int requests)
    {
        TaskResult whole = Run(Questions(20), new CountingModel(), out string expected);
        string log = Path.Combine(_folder.Root, "stopped", "t.jsonl");
        Assert.Throws<OperationCanceledException>(
            () => Run(Questions(20), new CountingModel { StopAfter = requests }, log));
        File.AppendAllText(log, "{\"subset\": \"\", \"ite");
        var rest = new CountingModel();
        TaskResult resumed = Run(Questions(20), rest, log);
        Assert.Equal(whole.Whole, resumed.Whole);
        Assert.Equal(40 - (requests / 2 * 2), rest.Scored.Count);
        Assert.Equal(File.ReadLines(expected), File.ReadLines(log));
    }

    [Fact]
    public void Another_evaluation_is_refused_and_told_apart()
    {
        string path = Path.Combine(_folder.Root, "t.jsonl");
        new ResultLog(path, Identity).Dispose();
        new ResultLog(path, Identity).Dispose();
        Dictionary<string, string> other = new() { ["model"] = "m", ["limit"] = "5", ["seed"] = "1" };
        string message = Assert.Throws<UserException>(() => new ResultLog(path, other)).Message;
        Assert.Contains("limit: none there, 5 now; seed: absent there, 1 now", message);
        File.WriteAllText(path, "something else\n");
        Assert.Contains("got another file", Assert.Throws<UserException>(() => new ResultLog(path, other)).Message);
        Assert.Equal("something else\n", File.ReadAllText(path));
    }

    /// <summary>Written answers come in any order; samples of a question are averaged, each with a seed of its own.
    /// </summary>
    [Fact]
    public void Samples_are_averaged()
    {
        IEnumerable<string> sums = Enumerable.Range(0, 6).Select(
            i => $$"""{"question": "{{i}}+", "answer": "{{i}}"}""");
        _folder.Write("items.jsonl", string.Join('\n', sums));
        EvalTask task = TaskText.Written("generation: {samples: 4, temperature: 1, stop: \";\"}");
        int told = 0;
        var model = new CountingModel { Says = p => p == "0+" ? "0; x" : told++ % 2 == 0 ? p[..1] : "no" };
        PreparedTask prepared = TaskText.Prepared(TaskChoice.Whole(task), _folder.Root);
        TaskResult result = Run(prepared, model, out string log);
        Assert.Equal(24, model.Written.Select(w => w.Seed).Distinct().Count());
        Estimate e = Assert.Single(result.Whole);
        Assert.Equal((6, (1 + (5 * 0.5)) / 6), (e.Items, e.Value));
        Assert.Contains("avg@4", result.How);
        JsonNode first = JsonNode.Parse(ResultLog.Lines(log).Single(
            l => l.Contains("\"item\":0,") && l.Contains("\"sample\":0")))!;
        Assert.Equal(
            ("0", "stop", "0+"), ((string)first["output"]!, (string)first["ended_by"]!, (string)first["prompt"]!));
    }

    [Fact]
    public void Groups_weigh_by_size_or_by_subset()
    {
        EvalTask task = TaskText.Choices("subsets: {a: first, b: second}\ngroup_mean: subsets");
        var choice = TaskChoice.Whole(task);
        _folder.Write("items.jsonl", Record("A", 0));
        PreparedTask prepared = TaskText.Prepared(choice, _folder.Root);
        Dictionary<ItemKey, IReadOnlyList<Observation>> scores = [];
        for (int i = 0; i < 4; i++)
            scores[new ItemKey("a", i)] = [new("acc", 0)];
        scores[new ItemKey("b", 0)] = [new("acc", 1)];
        Assert.Equal(0.5, TaskResult.Of(prepared, scores, 0).Whole[0].Value);
        EvalTask bySize = TaskText.Choices("subsets: {a: first, b: second}");
        prepared = TaskText.Prepared(TaskChoice.Whole(bySize), _folder.Root);
        TaskResult result = TaskResult.Of(prepared, scores, 0);
        Assert.Equal(0.2, result.Whole[0].Value);
        Assert.Equal([("a", 0.0), ("b", 1.0)], result.Subsets.Select(s => (s.Subset, s.Scores[0].Value)));
    }

    [Theory]
    [InlineData(EvalMode.Think, 0.6, 0.95, 20, 0, true)]
    [InlineData(EvalMode.NonThink, 0.7, 0.8, 20, 1.5, false)]
    [InlineData(EvalMode.Domain, 0.01, 1, 0, 0, null)]
    public void Modes_draw_as_the_paper_does(
        EvalMode mode, double temperature, double topP, int topK, double presence, bool? thinks)
    {
        var settings = new EvalSettings { Mode = mode };
        GenerationSettings written = settings.Generation(TaskText.Written())!;
        Assert.Equal(30_720, written.MaxTokens);
        Assert.Equal(
            new(PresencePenalty: presence, Temperature: temperature, TopP: topP, TopK: topK), written.Sampling);
        Assert.Equal(thinks is { } x ? $"{{\"enable_thinking\":{(x ? "true" : "false")}}}" : "{}", Text(settings));
        Assert.Null(new EvalSettings().Generation(TaskText.Written())!.Sampling);
        Assert.Equal(9, (settings with { MaxTokens = 9 }).Generation(TaskText.Written())!.MaxTokens);

        static string Text(EvalSettings s) => "{" + string.Join(',', s.ChatVariables.Entries.Select(
            e => $"\"{e.Key}\":{(((Basics.Values.FlagValue)e.Value).IsTrue ? "true" : "false")}")) + "}";
    }

    [Fact]
    public void A_table_says_how_a_number_came_about()
    {
        TaskResult result = Run(Questions(20), new CountingModel(), out _);
        string[] lines = [.. ResultTable.Lines([result])];
        Assert.Contains(lines, l => l.StartsWith("t  ") && l.Contains(" acc ") && l.EndsWith("     20"));
        Assert.Contains(lines, l => l.Contains("version 1; 0 shots; no chat template; all items"));
        Assert.All(lines, l => Assert.True(l.Length <= 100, l));
    }

    private static string Record(string right, int i)
    {
        string letters = string.Concat(Enumerable.Range(0, 9).Select(k => (char)('A' + (((i * 7) + (k * k)) % 3))));
        return $$"""{"question": "{{letters}}: ", "options": ["x", "y"], "right": "{{right}}"}""";
    }

    private PreparedTask Questions(int count)
    {
        IEnumerable<string> records = Enumerable.Range(0, count).Select(i => Record(i % 3 == 0 ? "A" : "B", i));
        _folder.Write("items.jsonl", string.Join('\n', records));
        return TaskText.Prepared(TaskChoice.Whole(TaskText.Choices()), _folder.Root);
    }

    private TaskResult Run(PreparedTask task, CountingModel model, out string log) =>
        Run(task, model, log = Path.Combine(_folder.Root, "log", $"{Guid.NewGuid()}.jsonl"));

    private static TaskResult Run(PreparedTask task, CountingModel model, string log)
    {
        using var results = new ResultLog(log, Identity);
        var run = new TaskRun(model, task, TaskText.Judge(task.Task), results);
        run.Run(CancellationToken.None);
        return TaskResult.Of(task, results.Scores, run.Cut.Answers);
    }
}
