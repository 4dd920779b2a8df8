using System.Text.Json.Nodes;
using MolEngine.Basics.Values;
using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Sandbox;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Evaluation.Tasks.Scoring;
using MolEngine.Support;

namespace MolEngine.Evaluation.Tests.Tasks;

/// <summary>Shipped tasks over official files and layouts: every row counts, and the right answers are the right ones.
/// </summary>
public sealed class OfficialFilesTests
{
    [Fact]
    public void The_clinical_group_has_1089_questions() =>
        Assert.Equal(1089, Prepared("mmlu_clinical", Shared.FilePath("data", "mmlu_medical_official")).Items);

    [Theory]
    [InlineData("medqa", "medqa", 1273)]
    [InlineData("medqa_5options", "medqa", 1273)]
    [InlineData("gsm8k", "gsm8k", 1319)]
    [InlineData("math500", "math500", 500)]
    [InlineData("aime25", "aime", 30)]
    [InlineData("humaneval", "humaneval", 164)]
    [InlineData("mbpp", "mbpp", 500)]
    public void Every_item_is_asked(string task, string folder, int items) =>
        Assert.Equal(items, Prepared(task, Shared.FilePath("data", folder)).Items);

    [Theory]
    [InlineData("mmlu_high_school_geography", "mmlu/test/high_school_geography_test.csv")]
    [InlineData("ceval_middle_school_biology", "ceval/val/middle_school_biology_val.csv")]
    [InlineData("cmmlu_food_science", "cmmlu/test/food_science.csv")]
    [InlineData("hellaswag", "hellaswag/hellaswag_val.jsonl")]
    [InlineData("medqa_mainland", "medqa/questions/Mainland/4_options/test.jsonl")]
    [InlineData("bbh_zeroshot_word_sorting", "bbh/word_sorting.json")]
    public void Right_answers_are_those_of_the_file(string name, string file)
    {
        string schemas = Shared.FilePath("data", "eval_schemas");
        string[] expected =
        [
            .. JsonNode.Parse(File.ReadAllText(Path.Combine(schemas, "expected.json")))![file]!.AsArray()
                .Select(a => a!.ToString()),
        ];
        TaskChoice choice = Assert.Single(TaskLibrary.Find(name));
        FoundData found = Assert.Single(TaskText.Find(choice, schemas));
        var documents = new TaskDocuments(choice.Task, found, choice.Subsets[0]);
        AnswerJudge judge = TaskText.Judge(choice.Task);
        Assert.Equal(expected, documents.Test().Select(d => name == "hellaswag" ? $"{d.Right}"
            : d.Right is { } right ? d.Choices!.Labels[right] : judge.Expected(d)[0]));
    }

    /// <summary>The solutions of the files themselves pass, in every form of answer; others do not.</summary>
    [Theory]
    [InlineData("humaneval", "humaneval", "canonical_solution", "{0}")]
    [InlineData("humaneval_instruct", "humaneval", "canonical_solution", "{0}\n```\nThat is it.")]
    [InlineData("mbpp", "mbpp", "code", "{0}\n")]
    [InlineData("mbpp@opencompass", "mbpp", "code", "'{0}' \n[DONE] \n\n ")]
    public void Solutions_pass(string name, string folder, string field, string form)
    {
        Assert.SkipUnless(PythonInterpreter.IsPresent, "there is no python3");
        TaskChoice choice = Assert.Single(TaskLibrary.Find(name));
        FoundData found = Assert.Single(TaskText.Find(choice, Shared.FilePath("data", folder)));
        TaskDocument item = new TaskDocuments(choice.Task, found, choice.Subsets[0]).Test()[0];
        var judge = new AnswerJudge(
            choice.Task, null, new SandboxedPrograms(choice.Task.Code! with { Seconds = 30 }, allowed: true),
            CancellationToken.None);
        string solution = string.Format(form, ValueTexts.Literal(item.Fields[field]));
        JsonObject shown = [];
        Assert.True(judge.Judge(item, solution, shown)[0].Value == 1, $"{shown["program_ended"]}\n{shown["program"]}");
        Assert.Equal(0, judge.Judge(item, string.Format(form, "    return None"), shown)[0].Value);
    }

    private static PreparedTask Prepared(string task, string folder) => TaskText.Prepared(
        Assert.Single(TaskLibrary.Find(task)), folder, new EvalSettings { Shots = 0 });
}
