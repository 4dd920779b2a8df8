using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Tests.Tasks;

/// <summary>Tasks and their data as tests write them.</summary>
internal static class TaskText
{
    /// <summary>A task of questions with options in <c>items.jsonl</c>, with more keys.</summary>
    public static EvalTask Choices(string more = "") => TaskReader.Read(
        $$$"""
        task: t
        version: "1"
        kind: multiple_choice
        data: [{test: items.jsonl, examples: examples.jsonl, options: options, right: right}]
        prompt: "{{question}}\nAnswer:"
        {{{more}}}
        """,
        "t.yaml");

    /// <summary>A task of written answers.</summary>
    public static EvalTask Written(string more = "") => TaskReader.Read(
        $$$"""
        task: w
        version: "1"
        kind: generate_match
        data: [{test: items.jsonl}]
        prompt: "{{question}}"
        answer: "{{answer}}"
        {{{more}}}
        """,
        "w.yaml");

    /// <summary>The data of a choice below folders, without a Hub.</summary>
    public static IReadOnlyList<FoundData> Find(TaskChoice choice, params string[] folders) =>
        new DataFinder(folders, _ => null).FindAll(choice);

    public static PreparedTask Prepared(TaskChoice choice, string folder, EvalSettings? settings = null) =>
        new(choice, Find(choice, folder), settings ?? new(), chat: null);

    /// <summary>Every item of a task, as a model is asked it.</summary>
    public static AskedItem[] Asked(PreparedTask task, CountingModel? model = null) =>
        [.. task.Ask(model ?? new(), Judge(task.Task), _ => true)];

    public static AnswerJudge Judge(EvalTask task) => new(task, null, null, CancellationToken.None);

    /// <summary>The whole prompt of an item, as text.</summary>
    public static string Prompt(AskedItem item) => CountingModel.Decode(
        item.Writing?.Prompt ?? item.Scorings[0].Context);

    public static string Continuation(AskedItem item, int choice) =>
        CountingModel.Decode(item.Scorings[choice].Continuation);
}
