using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Evaluation.Tasks.Prompts;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Tests.Tasks;

/// <summary>Prompts to the character, and what of them is context and what continuation.</summary>
public sealed class TaskPromptTests : IDisposable
{
    private static readonly ChatTemplate Chat = ChatTemplate.Parse(
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}"
            + "{% if add_generation_prompt %}<assistant>{% endif %}",
        "chat.jinja");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Mmlu_asks_as_the_harness_does()
    {
        _folder.Write("anatomy_test.csv", "\"What? \",a,b,c,d,B\n");
        _folder.Write("anatomy_dev.csv", "First?,1,2,3,4,D\nSecond?,5,6,7,8,A\n");
        AskedItem item = Assert.Single(TaskText.Asked(Prepared("mmlu_anatomy", new() { Shots = 1 })));
        Assert.Equal(
            "The following are multiple choice questions (with answers) about anatomy.\n\n"
            + "First?\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer: D\n\nWhat?\nA. a\nB. b\nC. c\nD. d\nAnswer:",
            TaskText.Prompt(item));
        Assert.Equal([" A", " B", " C", " D"], Enumerable.Range(0, 4).Select(i => TaskText.Continuation(item, i)));
        item = Assert.Single(TaskText.Asked(Prepared("mmlu_anatomy@opencompass", new() { Chat = false })));
        Assert.Equal(
            "Answer the following multiple choice question. The last line of your response should be of the following "
            + "format: 'ANSWER: $LETTER' (without quotes) where LETTER is one of ABCD. Think step by step before "
            + "answering.\n\nWhat? \n\nA) a\nB) b\nC) c\nD) d",
            TaskText.Prompt(item));
    }

    /// <summary>OpenCompass asks by perplexity with two blanks, and the choice is part of the measured text.</summary>
    [Fact]
    public void Whole_texts_hold_the_prompt_and_the_choice()
    {
        _folder.Write("anatomy_test.csv", "What?,a,b,c,d,B\n");
        _folder.Write("anatomy_dev.csv", "First?,1,2,3,4,D\n");
        AskedItem item = Assert.Single(
            TaskText.Asked(Prepared("mmlu_ppl_anatomy@opencompass", new() { Shots = 1 })));
        Assert.Equal(
            "The following are multiple choice questions (with answers) about  anatomy.\n\n"
            + "First?\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer: D\n\nWhat?\nA. a\nB. b\nC. c\nD. d\nAnswer: C",
            TaskText.Prompt(item) + TaskText.Continuation(item, 2));
        Assert.Single(item.Scorings[2].Context);
    }

    [Fact]
    public void Medqa_takes_its_options_by_letter()
    {
        _folder.Write(
            "phrases_no_exclude_test.jsonl",
            """{"question": "Who?", "options": {"A": "x", "B": "y", "C": "z", "D": "w"}, "answer_idx": "C"}""");
        AskedItem item = Assert.Single(TaskText.Asked(Prepared("medqa")));
        Assert.Equal("Question: Who?\nA. x\nB. y\nC. z\nD. w\nAnswer:", TaskText.Prompt(item));
        Assert.Equal(2, item.Document.Right);
    }

    [Fact]
    public void Ceval_asks_with_a_full_width_colon()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Root, "val"));
        File.WriteAllText(
            Path.Combine(_folder.Root, "val", "physician_val.csv"), "id,question,A,B,C,D,answer\n0,问,甲,乙,丙,丁,C\n");
        AskedItem item = Assert.Single(TaskText.Asked(Prepared("ceval_physician")));
        Assert.Equal(
            "以下是中国关于医师资格的单项选择题，请选出其中的正确答案。\n\n问\nA. 甲\nB. 乙\nC. 丙\nD. 丁\n答案：", TaskText.Prompt(item));
    }

    /// <summary>Blanks at the prompt's end are scored with the continuation.</summary>
    [Fact]
    public void Blanks_at_the_end_move_to_the_continuation()
    {
        TokenPair pair = TokenPair.Of(new CountingModel(), "Answer:  ", "B", isChat: false);
        Assert.Equal(("Answer:", "  B"), (pair.Prompt, pair.Continuation));
        Assert.Equal("Answer:".Length, pair.Request.Context.Length);

        // A blank and a blank with its letter: two tokens.
        Assert.Equal(2, pair.Request.Continuation.Length);
    }

    [Fact]
    public void The_beginning_stands_there_once()
    {
        var model = new CountingModel { BeginIds = ['#'] };
        Assert.Equal([.. "#ab"], TokenPair.Of(model, "ab", " c", isChat: false).Request.Context);
        Assert.Equal([.. "#ab"], TokenPair.Of(model, "#ab", " c", isChat: false).Request.Context);
        Assert.Equal([.. "ab"], TokenPair.Of(model, "ab", " c", isChat: true).Request.Context);
    }

    [Fact]
    public void Nothing_before_a_continuation_is_the_start_of_a_document()
    {
        var model = new CountingModel();
        TokenPair pair = TokenPair.Of(model, " ", "a", isChat: false);
        Assert.Equal([model.StartId], pair.Request.Context);
        Assert.Equal(model.Encode(" a"), pair.Request.Continuation);
    }

    [Fact]
    public void Long_prompts_are_cut_from_the_left_and_counted()
    {
        var model = new CountingModel { ContextLimit = 6 };
        TokenPair pair = TokenPair.Of(model, "abcdefgh", "XY", isChat: false);

        // Six tokens are read, the seventh is predicted.
        Assert.Equal([.. "defgh"], pair.Request.Context);
        Assert.Equal([.. "XY"], pair.Request.Continuation);
        Assert.Equal(3, pair.Cut);
        Assert.Equal(0, TokenPair.Of(model, "abcde", "XY", isChat: false).Cut);
    }

    [Fact]
    public void A_chat_template_has_the_description_and_no_delimiter()
    {
        EvalTask task = TaskText.Choices(
            "description: \"About {{subset_title}}things.\"\nfew_shot: {count: 1, source: examples}");
        Assert.Equal(
            "<system>About things.</><user>E\nAnswer: B\n\nQ\nAnswer:</><assistant>",
            Written(task, false, out string blank));
        Assert.Equal("", blank);
        Assert.Equal(
            "<system>About things.</><user>E\nAnswer:</><assistant>B</><user>Q\nAnswer:</><assistant>",
            Written(task, true, out _));
    }

    /// <summary>A beginning that is given keeps the blank before the choice, unless it ends with one.</summary>
    [Theory]
    [InlineData("The answer is", " ")]
    [InlineData("The answer is\\n", "")]
    public void A_given_beginning_keeps_the_delimiter(string prefix, string delimiter)
    {
        EvalTask task = TaskText.Choices($"prefix: \"{prefix}\"");
        Assert.EndsWith($"<assistant>{prefix.Replace("\\n", "\n")}", Written(task, false, out string blank));
        Assert.Equal(delimiter, blank);
        var writer = new PromptWriter(task, null, MapValue.Empty, asTurns: false);
        Assert.Equal($"Q\nAnswer: {prefix.Replace("\\n", "\n")}", writer.Write(Document("Q", "x"), []).Text);
    }

    [Fact]
    public void Examples_are_drawn_from_question_to_question()
    {
        EvalTask task = TaskText.Written("few_shot: {count: 2, pick: random, source: test}");
        TaskDocument[] pool = [.. Enumerable.Range(0, 30).Select(i => Document($"q{i}", $"a{i}"))];
        var sampler = new ShotSampler(task, pool, 2);
        var python = new PythonRandom(1234);
        foreach (TaskDocument asked in pool)
        {
            IEnumerable<TaskDocument> expected =
                python.Sample(30, 3).Select(i => pool[i]).Where(d => d != asked).Take(2);
            Assert.Equal(expected, sampler.Next(asked));
        }
    }

    [Fact]
    public void Too_few_examples_are_told() => Assert.Contains(
        "--shots: t: expected at most 1 example, which is what there is, got 2",
        Assert.Throws<UserException>(() => new ShotSampler(TaskText.Choices(), [Document("E", "x")], 2).Next(
            Document("Q", "y"))).Message);

    [Fact]
    public void Gsm8k_cot_has_its_eight_examples()
    {
        _folder.Write("test.jsonl", """{"question": "How many?", "answer": "1 + 1 = 2\n#### 2"}""");
        AskedItem item = Assert.Single(TaskText.Asked(Prepared("gsm8k_cot")));
        string prompt = TaskText.Prompt(item);
        Assert.StartsWith("Q: There are 15 trees in the grove.", prompt);
        Assert.EndsWith("The answer is 8.\n\nQ: How many?\nA:", prompt);
        Assert.Equal(9, prompt.Split("Q: ").Length - 1);
        Assert.Equal(["Q:", "</s>", "<|im_end|>"], item.Writing!.Stops);
    }

    [Fact]
    public void Mbpp_asks_for_task_eleven_after_three_examples()
    {
        string Line(int id) => $$"""{"task_id": {{id}}, "text": "T{{id}}", "test_list": ["a", "b", "c"]}""";
        _folder.Write("mbpp.jsonl", string.Join('\n', Enumerable.Range(1, 12).Select(Line)));
        PreparedTask task = Prepared("mbpp");
        Assert.Equal(2, task.Items);
        string prompt = TaskText.Prompt(TaskText.Asked(task)[0]);
        Assert.EndsWith(
            "\n[DONE]\n\nYou are an expert Python programmer, and here is your task: T11 Your code should pass these "
            + "tests:\n\na\nb\nc\n[BEGIN]\n",
            prompt);
        Assert.Contains("[BEGIN]\ndef similar_elements(test_tup1, test_tup2):\r\n  res", prompt);
    }

    private PreparedTask Prepared(string task, EvalSettings? settings = null) =>
        TaskText.Prepared(Assert.Single(TaskLibrary.Find(task)), _folder.Root, settings);

    private static string Written(EvalTask task, bool asTurns, out string delimiter)
    {
        var writer = new PromptWriter(task, Chat, MapValue.Empty, asTurns);
        IReadOnlyList<TaskDocument> examples = task.FewShot.Count == 0 ? [] : [Document("E", "y", right: 1)];
        TaskPrompt prompt = writer.Write(Document("Q", "x"), examples);
        delimiter = prompt.Delimiter;
        return prompt.Text;
    }

    private static TaskDocument Document(string question, string answer, int right = 0) => new(
        new MapValue(
        [
            new("question", new TextValue(question)), new("answer", new TextValue(answer)),
            .. EvalTask.SubsetFields("", "").Entries,
        ]),
        "here")
    {
        Choices = new(["A", "B"], ["x", "y"]),
        Right = right,
    };
}
