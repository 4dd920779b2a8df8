using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;
using MolEngine.Yaml;

namespace MolEngine.Evaluation.Tests;

public sealed class QuestionFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_prompt_is_the_beginning_of_the_document_that_training_makes_of_the_record()
    {
        string path = Write(
            """{"question": "2 + 2?", "answer": "Four."}""",
            """{"prompt": "Sky: ", "completion": " blue "}""",
            """{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}]}""");
        Question[] questions = Read(Settings(path));
        Assert.Equal(["2 + 2?", "Sky:", "Hi"], questions.Select(q => q.Shown));
        Assert.Equal(["Four.", "blue", "Yes?"], questions.Select(q => q.Expected));
        Assert.Equal(
            ["2 + 2?\n", "Sky: ", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"],
            questions.Select(q => Text(q.Prompt) + q.Rest));
        Assert.Equal("2 + 2?\nFour.<|im_end|>", Text(questions[0].Document));
        Assert.All(questions, q => Assert.Equal(q.Prompt, q.Document[..q.Prompt.Length]));

        questions = Read(Settings(path) with { Pairs = PairStyle.Chat });
        Assert.Equal("<|im_start|>user\n2 + 2?<|im_end|>\n<|im_start|>assistant\n", Text(questions[0].Prompt));
        Assert.Equal(
            "<|im_start|>user\n2 + 2?<|im_end|>\n<|im_start|>assistant\nFour.<|im_end|>\n",
            Text(questions[0].Document));
    }

    /// <summary>Options are chosen by the probability of their labels, whatever way the record has them.</summary>
    [Fact]
    public void Options_stand_beside_the_question_by_their_labels()
    {
        string path = Write(
            """{"question": "Which?", "options": {"A": "one", "B": "two"}, "answer_idx": "B", "answer": "two"}""",
            """{"question": "Which?", "options": ["one", "two", "three"], "answer": 1}""");
        foreach (PairStyle pairs in new[] { PairStyle.Plain, PairStyle.Chat })
        {
            Question[] questions = Read(Settings(path) with { Pairs = pairs, NeedsAnswer = true });
            Assert.All(questions, q => Assert.Equal("B. two", q.Expected));
            Assert.Equal(["A. one", "B. two", "C. three"], questions[1].Options.Select(o => o.Answer));
            Assert.All(questions.SelectMany(q => q.Options), o => Assert.EndsWith(
                o.Answer[..1], Text([.. o.Context, .. o.Label])));
            Assert.All(questions, q => Assert.Equal(
                Text(q.Prompt) + q.Rest + "B", Text([.. q.Options[1].Context, .. q.Options[1].Label])));
            Assert.Equal((true, false), (questions[0].IsRight("B. two"), questions[0].IsRight("A. one")));
        }
    }

    [Fact]
    public void Each_of_several_answers_is_right_and_a_letter_may_say_more()
    {
        string path = Write(
            """{"question": "Which colour?", "answer": ["grey", "gray"]}""",
            """{"question": "A) one B) two?", "answer": "A"}""");
        Question[] questions = Read(Settings(path) with { NeedsAnswer = true });
        Assert.Equal("Which colour?\ngrey<|im_end|>", Text(questions[0].Document));
        Assert.Equal(
            [true, true, false], new[] { "Grey.", "gray", "green" }.Select(questions[0].IsRight));
        Assert.Equal(
            [true, true, true, false, false],
            new[] { "A", "A) one", "The answer is (A).", "B) two", "one" }.Select(questions[1].IsRight));

        // What is trained on has one answer.
        Assert.Contains(
            "answer: expected a string, got an array", Refusal(Settings(path) with { NeedsAnswer = false }));
    }

    [Fact]
    public void A_template_asks_up_to_its_last_field()
    {
        string path = Write("""{"q": "2 + 2?", "a": 4}""");
        Question question = Assert.Single(Read(Settings(path) with { Template = "Q: {q}\nA: {a}\n--" }));
        Assert.Equal(("Q: 2 + 2?\nA: ", "4"), (Text(question.Prompt) + question.Rest, question.Expected));
        Assert.Equal("Q: 2 + 2?\nA: 4\n--<|im_end|>", Text(question.Document));
        Assert.Contains(
            "a last field that stands there once", Refusal(Settings(path) with { Template = "{a} {q} {a}" }));
    }

    /// <summary>With a tokenizer that joins a space to the word after it, the space is left to the model.</summary>
    [Fact]
    public void A_token_that_lies_on_both_sides_of_the_border_is_left_to_the_model()
    {
        var merging = Tokenizer.Load(Shared.FilePath("models", "smollm2"));
        string path = Write("""{"prompt": "The sky is ", "completion": "blue"}""");
        Question question = Assert.Single(Read(Settings(path), merging));
        Assert.Equal("The sky is", merging.Decode(question.Prompt, false));
        Assert.Equal(" ", question.Rest);
        Assert.Equal(question.Prompt, question.Document[..question.Prompt.Length]);
        Assert.Equal("blue", question.AnswerIn(" blue", out _));
    }

    /// <summary>
    /// The question alone would be cut otherwise from its first token on: what is shown is cut as training cuts it.
    /// </summary>
    [Theory]
    [InlineData("\n \n", "b", "\n \n", "")]
    [InlineData(" .\"", "\"", " .", "\"")]
    [InlineData("ab  ", "b", "ab ", " ")]
    public void Blanks_and_marks_at_the_border_are_shown_as_the_document_has_them(
        string prompt, string answer, string shown, string rest)
    {
        var merging = Tokenizer.Load(Shared.FilePath("models", "smollm2"));
        Question question = Assert.Single(Read(Settings(Write(Pair(prompt, answer))), merging));
        Assert.Equal(question.Prompt, question.Document[..question.Prompt.Length]);
        Assert.Equal((shown, rest), (merging.Decode(question.Prompt, false), question.Rest));
    }

    [Fact]
    public void A_document_whose_first_token_holds_some_of_the_answer_leaves_the_question_as_it_is()
    {
        var merging = Tokenizer.Load(Shared.FilePath("models", "smollm2"));
        Question question = Assert.Single(Read(Settings(Write(Pair("th", "e"))), merging));
        Assert.Equal(merging.Encode("th", false), question.Prompt);
        Assert.Equal(("", merging.Encode("the", false)[0]), (question.Rest, question.Document[0]));
    }

    /// <summary>
    /// Whatever stands at the border, the model sees the document's own tokens, and none of the answer; the question's
    /// own where the document's first holds some of it.
    /// </summary>
    [Fact]
    public void A_prompt_and_what_is_left_to_the_model_are_the_text_before_the_answer()
    {
        var merging = Tokenizer.Load(Shared.FilePath("models", "smollm2"));
        char[] letters = [.. "ab .,\n\n  '\"0é\u4e2d"];
        Gen<string> text = Gen.NonEmptyListOf(Gen.Elements(letters)).Select(c => string.Concat(c));
        Prop.ForAll(Gen.Zip(text, text).ToArbitrary(), pair =>
        {
            (string prompt, string answer) = pair;
            if (string.IsNullOrWhiteSpace(answer))
                return;
            Question q = Assert.Single(Read(Settings(Write(Pair(prompt, answer))), merging));
            Assert.Equal(prompt, merging.Decode(q.Prompt, false) + q.Rest);
            Assert.Equal(answer.Trim(), q.Expected);
            if (!prompt.StartsWith(merging.Decode([q.Document[0]], false), StringComparison.Ordinal))
            {
                Assert.Equal(merging.Encode(prompt, false), q.Prompt);
                return;
            }

            Assert.True(q.Document.AsSpan().StartsWith(q.Prompt));
            Assert.Equal(q.Rest + answer, merging.Decode(q.Document.AsSpan(q.Prompt.Length), skipSpecialTokens: true));
        }).CheckAlways();
    }

    [Theory]
    [InlineData(" ", "blue", " blue\nMore", "blue", true)]
    [InlineData(" ", "blue", "blue", "blue", false)]
    [InlineData("\n\n", "blue", "\n", "", false)]
    [InlineData("\n\n", "blue", "\n\nblue\n", "blue", true)]
    [InlineData("", "one\ntwo", "one\ntwo\n", "one\ntwo\n", false)]
    [InlineData("", "blue", "\nblue", "", true)]
    public void An_answer_ends_at_a_line_break_unless_one_is_expected(
        string rest, string expected, string said, string answer, bool ends)
    {
        var question = new Question("", expected, [1], rest, [1, 2]);
        Assert.Equal((answer, ends), (question.AnswerIn(said, out bool ended), ended));
    }

    [Theory]
    [InlineData("q.csv", "question,A,B,answer\n2 + 2?,3,4,B\n", "2 + 2?\nA. 3\nB. 4", "B. 4")]
    [InlineData("q.tsv", "prompt\tcompletion\nSky: \tblue\n", "Sky:", "blue")]
    [InlineData("q.json", "{\n  \"instruction\": \"Add 2 and 2.\",\n  \"output\": \"4\"\n}", "Add 2 and 2.", "4")]
    [InlineData("q.txt", "{\"Question\": \"q\", \"Answer\": \"a\"}\n", "q", "a")]
    public void Questions_come_in_all_formats_and_shapes(string name, string content, string shown, string expected)
    {
        Question question = Assert.Single(Read(Settings(_folder.Write(name, content))));
        Assert.Equal((shown, expected), (question.Shown, question.Expected));
    }

    [Theory]
    [InlineData("""{"text": "no answer in it"}""",
        "expected the keys of one of these: \"messages\"; \"conversations\"; \"question\"")]
    [InlineData("""{"completion": "x", "prompt": ""}""", ":1: question: expected a text, got an empty one")]
    [InlineData("""{"question": "x", "answer": " "}""", ":1: answer: expected a text, got an empty one")]
    [InlineData("""{"messages": [{"role": "user", "content": "Hi"}]}""", ":1: question: expected an answer after all")]
    [InlineData("", "got no records")]
    public void What_is_no_question_is_named(string record, string says) =>
        Assert.Contains(says, Refusal(Settings(Write(record))));

    private static Tokenizer Bytes { get; } = Tokenizer.Load(Material.Model);

    private static CorpusSettings Settings(string path)
    {
        var reader = new ConfigReader(new KeyTable(QuestionKeys.All, "the manual"));
        reader.ReadFile("x.yaml", $"questions: {{path: {path}}}");
        return QuestionSettings.Build(reader.Values, "x.yaml")!.File;
    }

    private static Question[] Read(CorpusSettings file, Tokenizer? tokenizer = null)
    {
        tokenizer ??= Bytes;
        var texts = new DocumentTokenizer(t => tokenizer.Encode(t, false), tokenizer.TokenId(ChatMl.End)!.Value)
        {
            EndText = ChatMl.End,
            Writer = new DocumentWriter(ChatTemplates.ChatMl),
        };
        return [.. QuestionFile.Read(file, texts, tokenizer)];
    }

    private static string Text(int[] ids) => Bytes.Decode(ids, skipSpecialTokens: false);

    private static string Refusal(CorpusSettings file) => Assert.ThrowsAny<UserException>(() => Read(file)).Message;

    private static string Pair(string prompt, string completion) =>
        JsonSerializer.Serialize(new { prompt, completion });

    private string Write(params string[] records) => _folder.Write("q.jsonl", string.Join('\n', records));
}
