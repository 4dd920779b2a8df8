using MolEngine.Evaluation.Tasks;

namespace MolEngine.Evaluation.Tests.Tasks;

public sealed class TaskReaderTests
{
    public static TheoryData<string> Shipped => [.. TaskLibrary.All.Select(t => t.Id)];

    [Fact]
    public void Every_shipped_task_is_there_once()
    {
        string[] names = [.. TaskLibrary.All.SelectMany(TaskChoice.Names)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Empty(new[]
        {
            "mmlu", "mmlu_anatomy", "mmlu_clinical", "mmlu@opencompass", "mmlu_clinical@opencompass", "medqa",
            "medqa_mainland", "medqa@opencompass", "medmcqa", "pubmedqa", "ceval", "ceval@opencompass", "cmmlu",
            "cmmlu@opencompass", "gsm8k", "gsm8k_cot", "gsm8k@opencompass", "math500", "math500@opencompass", "aime24",
            "aime25", "humaneval", "humaneval_instruct", "mbpp", "hellaswag", "bbh", "bbh_word_sorting", "ifeval",
        }.Except(names));
        Assert.Equal(57, TaskLibrary.All.Single(t => t.Id == "mmlu").Subsets.Count);
        Assert.Equal(27, TaskLibrary.All.Single(t => t.Id == "bbh").Subsets.Count);
        Assert.Equal(52, TaskLibrary.All.Single(t => t.Id == "ceval").Subsets.Count);
        Assert.Equal(67, TaskLibrary.All.Single(t => t.Id == "cmmlu").Subsets.Count);
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_task_says_what_it_is(string id)
    {
        EvalTask task = TaskLibrary.All.Single(t => t.Id == id);
        Assert.NotEmpty(task.About);
        Assert.Equal(id.Contains('@') ? "OpenCompass" : task.Harness, task.Harness);
        Assert.True(task.Harness != "OpenCompass" || task.UsesChat || task.Kind == TaskKind.MultipleChoice);
    }

    [Fact]
    public void Groups_choose_their_subsets()
    {
        TaskChoice choice = Assert.Single(TaskLibrary.Find("mmlu_clinical"));
        Assert.Equal(
            [
                "anatomy", "clinical_knowledge", "college_biology", "college_medicine", "medical_genetics",
                "professional_medicine",
            ],
            choice.Subsets.Select(s => s.Name));
        Assert.Equal("clinical knowledge", choice.Subsets[1].Title);
        Assert.Equal([("anatomy", "anatomy")], Assert.Single(TaskLibrary.Find("mmlu_anatomy@opencompass")).Subsets);
    }

    [Theory]
    [InlineData("mmlu_clinicall", "Did you mean mmlu_clinical?")]
    [InlineData("mmlu,mmlu", "got mmlu twice")]
    [InlineData("nothing_like_it_at_all", "eval --list")]
    [InlineData("absent.yaml", "got no such file")]
    [InlineData(" , ", "got none")]
    public void A_wrong_name_is_told(string names, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserException>(() => TaskLibrary.Find(names)).Message);

    [Theory]
    [InlineData("promt: x", "promt: unknown key. Did you mean prompt?")]
    [InlineData("doc_to_text: x", "unknown key. Did you mean prompt?")]
    [InlineData("few_shot: {count: -1}", "few_shot.count: expected an integer of at least 0")]
    [InlineData("scores: [f1]", "scores: expected some of acc, acc_norm, acc_bytes, got f1")]
    [InlineData("rules: {a: exact_match}", "kind: expected generate_match beside rules")]
    [InlineData("groups: {g: [x]}", "groups: g: expected names under subsets, got x")]
    [InlineData("description: \"{{ a\"", "description: line 1: expected a template")]
    public void Mistakes_name_the_key(string line, string expected)
    {
        string message = Assert.Throws<UserException>(() => TaskText.Choices(line)).Message;
        Assert.StartsWith("t.yaml", message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void All_mistakes_are_told_together()
    {
        string message = Assert.Throws<UserException>(
            () => TaskReader.Read("kind: quiz\nversion: \"1\"", "m.yaml")).Message;
        Assert.Contains("kind: expected multiple_choice | generate_match | perplexity, got 'quiz'", message);
        message = Assert.Throws<UserException>(() => TaskReader.Read("version: \"1\"", "m.yaml")).Message;
        Assert.All(new[] { "task", "kind", "prompt", "data" }, k => Assert.Contains($"m.yaml: {k}: missing", message));
    }

    [Fact]
    public void A_rule_that_nobody_has_is_told() => Assert.Contains(
        "rules: a: rule of scoring: expected one of",
        Assert.Throws<UserException>(() => TaskText.Written("rules: {a: exactly}")).Message);

    [Theory]
    [InlineData("10:510", 10, 510)]
    [InlineData(":5", 0, 5)]
    [InlineData("5:", 5, int.MaxValue)]
    public void Rows_are_slices(string text, int from, int to) =>
        Assert.Equal(new Range(from, to), TaskReader.RowsOf(text));

    [Theory]
    [InlineData("5")]
    [InlineData("5:5")]
    [InlineData("a:b")]
    public void Other_rows_are_none(string text) => Assert.Null(TaskReader.RowsOf(text));
}
