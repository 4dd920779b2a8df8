using MolEngine.Basics.Values;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Tests.Tasks;

public sealed class TaskDataTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>MMLU's official tables have no row of names: all rows are questions.</summary>
    [Fact]
    public void A_table_without_names_loses_no_row()
    {
        Write("data/test/anatomy_test.csv", "\"Which, of\nthese?\",\"a \"\"b\"\"\",2,3,4,C\nSecond?,1,0,3,2,A\n");
        Write("data/dev/anatomy_dev.csv", "question,A,B,C,D,answer\nExample?,w,x,y,z,D\n");
        TaskChoice choice = Assert.Single(TaskLibrary.Find("mmlu_anatomy"));
        FoundData found = Assert.Single(TaskText.Find(choice, _folder.Root));
        var documents = new TaskDocuments(choice.Task, found, choice.Subsets[0]);
        IReadOnlyList<TaskDocument> test = documents.Test();
        Assert.Equal([2, 0], test.Select(t => t.Right));
        Assert.Equal(["a \"b\"", "2", "3", "4"], test[0].Choices!.Texts);
        Assert.Equal("Which, of\nthese?", ((TextValue)test[0].Fields["question"]!).Text);

        // A row of the names is none of data.
        Assert.Equal([3], documents.Examples().Select(e => e.Right));
    }

    [Theory]
    [InlineData("""{"options": ["x", "y"], "right": 1}""", 1)]
    [InlineData("""{"options": ["x", "y"], "right": "B"}""", 1)]
    [InlineData("""{"options": ["x", "y"], "right": "x"}""", 0)]
    [InlineData("""{"options": {"A": "x", "B": "y"}, "right": "B"}""", 1)]
    [InlineData("""{"options": {"label": ["A", "B"], "text": ["x", "y"]}, "right": "(a)"}""", 0)]
    public void Options_are_lists_or_maps(string record, int right)
    {
        TaskDocument item = Assert.Single(Items(TaskText.Choices(), record));
        Assert.Equal(right, item.Right);
        Assert.Equal(["A", "B"], item.Choices!.Labels);
        Assert.Equal(["x", "y"], item.Choices.Texts);
    }

    /// <summary>Where an option is a number, only the task can know that another number is a place.</summary>
    [Fact]
    public void Places_are_places_where_the_task_says_so()
    {
        const string Record = """{"question": "?", "options": ["3", "0", "1"], "right": 1}""";
        Assert.Equal(2, Assert.Single(Items(TaskText.Choices(), Record)).Right);
        EvalTask placed = Read(TaskText.Choices().Yaml.Replace("right: right", "right: right, right_as: place"));
        Assert.Equal(1, Assert.Single(Items(placed, Record)).Right);
        EvalTask fromOne = Read(placed.Yaml.Replace("right_as: place", "right_as: place_from_one"));
        Assert.Equal(0, Assert.Single(Items(fromOne, Record)).Right);
    }

    [Theory]
    [InlineData("""{"question": "?", "options": ["x", "y"]}""", "right: t: expected one of A, B, the right option")]
    [InlineData("""{"question": "?", "right": "A"}""", "options: t: expected the options of a question")]
    [InlineData("""{"question": "?", "options": ["x", "y"], "right": "E"}""", "one of A, B, by any, got \"E\"")]
    public void What_cannot_be_scored_is_told(string record, string expected)
    {
        string message = Assert.Throws<UserException>(() => Items(TaskText.Choices(), record)).Message;
        Assert.Contains("items.jsonl:1: ", message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void Data_that_is_not_there_is_told_with_what_was_looked_for()
    {
        Write("a/high_school_physics_test.csv", "q,1,2,3,4,A\n");
        string message = Assert.Throws<UserException>(
            () => TaskText.Find(Assert.Single(TaskLibrary.Find("mmlu")), _folder.Root)).Message;
        Assert.Contains("the data of 56 subsets (abstract_algebra, anatomy, ", message);
        Assert.Contains("mmlu/test/abstract_algebra_test.csv, ", message);
        Assert.DoesNotContain("high_school_physics", message);
    }

    [Fact]
    public void Two_files_of_one_pattern_are_refused()
    {
        Write("a/anatomy_test.csv", "q,1,2,3,4,A\n");
        Write("b/anatomy_test.csv", "q,1,2,3,4,A\n");
        string message = Assert.Throws<UserException>(
            () => TaskText.Find(Assert.Single(TaskLibrary.Find("mmlu_anatomy")), _folder.Root)).Message;
        Assert.Contains("expected one file **/anatomy_test.csv", message);
    }

    /// <summary>BBH's file is an object that holds its records; its prompts are files beside.</summary>
    [Fact]
    public void Records_in_a_record_and_texts_beside_them_are_read()
    {
        Write("bbh/word_sorting.json", """{"canary": "c", "examples": [{"input": "b a", "target": "a b"}]}""");
        Write("cot-prompts/word_sorting.txt", "canary\n-----\nSort the words.\n\nQ: d c\nA: Let's think.\n");
        AskedItem item = Assert.Single(TaskText.Asked(
            TaskText.Prepared(Assert.Single(TaskLibrary.Find("bbh_word_sorting")), _folder.Root)));
        Assert.Equal(
            "Sort the words.\n\nQ: d c\nA: Let's think.\n\nQ: b a\nA: Let's think step by step.\n",
            TaskText.Prompt(item));
    }

    [Fact]
    public void A_map_of_records_is_read()
    {
        Write(
            "ori_pqal.json",
            """{"11": {"QUESTION": "q?", "CONTEXTS": ["one", "two"], "final_decision": "maybe"}}""");
        AskedItem item = Assert.Single(TaskText.Asked(
            TaskText.Prepared(Assert.Single(TaskLibrary.Find("pubmedqa")), _folder.Root)));
        Assert.Equal("Abstract: one\ntwo\nQuestion: q?\nAnswer:", TaskText.Prompt(item));
        Assert.Equal([" yes", " no", " maybe"], Enumerable.Range(0, 3).Select(i => TaskText.Continuation(item, i)));
        Assert.Equal(2, item.Document.Right);
    }

    [Fact]
    public void Hellaswag_is_prepared_as_the_harness_does()
    {
        Write(
            "hellaswag_val.jsonl",
            """
            {"activity_label": "Tea", "ctx_a": "A [title] pot.", "ctx_b": "when IT boils", "label": 1,
             "endings": [" [step] a  b", "c [x] d", "e", "f"]}
            """);
        AskedItem item = Assert.Single(TaskText.Asked(
            TaskText.Prepared(Assert.Single(TaskLibrary.Find("hellaswag")), _folder.Root)));
        Assert.Equal("Tea: A. pot. When it boils", TaskText.Prompt(item));
        Assert.Equal("  a b", TaskText.Continuation(item, 0));
        Assert.Equal(" c d", TaskText.Continuation(item, 1));
        Assert.Equal(1, item.Document.Right);
    }

    private static EvalTask Read(string yaml) => TaskReader.Read(yaml, "t.yaml");

    private IReadOnlyList<TaskDocument> Items(EvalTask task, string record)
    {
        string asked = record.Contains("question") ? record : record.Replace("{\"o", "{\"question\": \"?\", \"o");
        Write("items.jsonl", asked);
        FoundData found = Assert.Single(TaskText.Find(TaskChoice.Whole(task), _folder.Root));
        return new TaskDocuments(task, found, ("", "")).Test();
    }

    private void Write(string path, string text)
    {
        string full = Path.Combine(_folder.Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
