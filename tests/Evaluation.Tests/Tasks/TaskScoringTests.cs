using System.Text.Json.Nodes;
using MolEngine.Basics.Values;
using MolEngine.Data.Records;
using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Evaluation.Tasks.Prompts;
using MolEngine.Evaluation.Tasks.Results;
using MolEngine.Evaluation.Tasks.Scoring;
using MolEngine.Support;

namespace MolEngine.Evaluation.Tests.Tasks;

public sealed class TaskScoringTests
{
    /// <summary>Each score has a choice of its own: what is summed, by characters, by bytes.</summary>
    [Fact]
    public void Accuracies_divide_by_what_they_say()
    {
        // -6, -8 / 4 characters, -9.9 / 4 characters of 6 bytes.
        var item = Choice("choices: texts\nscores: [acc, acc_norm, acc_bytes]", ["a", "bbbb", "ccé語"], right: 1);
        ItemResult result = item.Scored([new(-6, true), new(-8, false), new(-9.9, false)]);
        Assert.Equal(
            [new("acc", 0), new Observation("acc_norm", 1), new("acc_bytes", 0)], result.Scores);
        Assert.Equal("a", result.Shown["chosen"]!.ToString());
        Assert.Equal("bbbb", result.Shown["right"]!.ToString());
        Assert.Equal([-6, -8, -9.9], result.Shown["log_likelihoods"]!.AsArray().Select(x => (double)x!));
        result = item.Scored([new(-60, true), new(-8, false), new(-7.9, false)]);
        Assert.Equal([new("acc", 0), new Observation("acc_norm", 0), new("acc_bytes", 0)], result.Scores);
    }

    [Fact]
    public void Of_equal_choices_the_first_is_taken()
    {
        var item = Choice("", ["x", "y"], right: 0);
        Assert.Equal([new("acc", 1)], item.Scored([new(-1, false), new(-1, false)]).Scores);
    }

    /// <summary>OpenCompass's measure is a mean over all tokens, the first too: a longer choice may win.</summary>
    [Fact]
    public void Whole_texts_are_measured_by_their_mean()
    {
        var item = Choice("choices: texts\nlikelihood: whole_text", ["x", "yyyyy"], right: 1);

        // "Q\nAnswer: x" has 10 tokens, with the other choice 14.
        Assert.Equal([9, 13], item.Scorings.Select(s => s.Continuation.Length));
        Assert.Equal([new("acc", 1)], item.Scored([new(-10.0, false), new(-13.9, false)]).Scores);
        Assert.Equal([new("acc", 0)], item.Scored([new(-10.0, false), new(-14.1, false)]).Scores);
    }

    /// <summary>Every token is predicted once, in windows that read no more than the context, and all but the first
    /// window see what stands before them.</summary>
    [Property]
    public void Windows_of_a_text_predict_each_token_once(int length, int limit)
    {
        limit = 2 + (Math.Abs(limit % 9));
        string text = string.Concat(Enumerable.Range(0, 1 + Math.Abs(length % 40)).Select(i => (char)('a' + (i % 26))));
        var model = new CountingModel { ContextLimit = limit };
        var item = new TextItem(model, Texts(), new ItemKey("", 0), Document("", []), text);
        Assert.Equal(model.Encode(text), item.Scorings.SelectMany(s => s.Continuation));
        int done = 0;
        foreach (ScoringRequest window in item.Scorings)
        {
            int[] whole = [model.StartId, .. model.Encode(text)];
            int end = done + window.Continuation.Length;
            Assert.InRange(window.Context.Length + window.Continuation.Length - 1, 1, limit);
            Assert.Equal(whole[(done + 1 - window.Context.Length)..(done + 1)], window.Context);
            done = end;
        }
    }

    [Fact]
    public void Perplexities_are_by_word_and_byte()
    {
        var item = new TextItem(
            new CountingModel(), Texts(), new ItemKey("", 0), Document("", []), "two  wörds");
        ItemResult result = item.Scored([new(-22 * Math.Log(2), false)]);
        Estimate Of(string score) => Intervals.Of(score, [.. result.Scores.Where(s => s.Score == score)]);
        Assert.Equal(Math.Pow(2, 11), Of("word_perplexity").Value, 6);
        Assert.Equal(4, Of("byte_perplexity").Value, 9);
        Assert.Equal(2, Of("bits_per_byte").Value, 9);
    }

    /// <summary>Known values of Wilson's interval: 81 of 263 (Newcombe 1998, table I), and none of ten.</summary>
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(0, 20, 0.0, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Shares_have_Wilsons_interval(int right, int n, double low, double high)
    {
        (double least, double most) = Intervals.Wilson(right, n);
        Assert.Equal(low, least, 4);
        Assert.Equal(high, most, 4);
        (double mirrored, _) = Intervals.Wilson(n - right, n);
        Assert.Equal(1 - most, mirrored, 12);
    }

    [Fact]
    public void Estimates_have_the_harness_standard_error()
    {
        Observation[] items = [.. Enumerable.Range(0, 10).Select(i => new Observation("acc", i < 3 ? 1 : 0))];
        Estimate e = Intervals.Of("acc", items);
        Assert.Equal(0.3, e.Value, 12);
        Assert.Equal(Math.Sqrt(0.3 * 0.7 / 9), e.StandardError!.Value, 12);
        Assert.Equal(10, e.Items);
    }

    /// <summary>Averages of several answers are no shares: they get a bootstrap's interval, always the same.</summary>
    [Fact]
    public void Averages_have_a_bootstrap()
    {
        Observation[] items = [.. Enumerable.Range(0, 30).Select(i => new Observation("acc", i % 4 / 4.0))];
        Estimate e = Intervals.Of("acc", items);
        Assert.Equal(e, Intervals.Of("acc", items));
        double normal = 1.96 * e.StandardError!.Value;
        Assert.InRange(e.Value - e.Low, 0.7 * normal, 1.3 * normal);
        Assert.InRange(e.High - e.Value, 0.7 * normal, 1.3 * normal);
    }

    [Fact]
    public void Subsets_that_weigh_the_same_are_averaged()
    {
        Estimate e = Intervals.MeanOf([new("acc", 0.2, 0.03, 0, 1, 10), new("acc", 0.6, 0.04, 0, 1, 1000)]);
        Assert.Equal(0.4, e.Value, 12);
        Assert.Equal(0.025, e.StandardError!.Value, 12);
        Assert.Equal(1010, e.Items);
    }

    [Fact]
    public void Rules_judge_what_stands_behind_the_reasoning()
    {
        EvalTask task = TaskText.Written("rules: {em: exact_match}");
        var judge = new AnswerJudge(task, new("<think>", "</think>"), null, CancellationToken.None);
        Assert.Equal("4", judge.Answer("<think>4 or 5?</think>\n\n4"));
        Assert.Equal("<think>4", judge.Answer("<think>4"));
        var shown = new JsonObject();
        Assert.Equal([new("em", 1)], judge.Judge(Document("4", []), "4.", shown));
        Assert.Equal([new("em", 0)], judge.Judge(Document("5", []), "4.", shown));
    }

    [Fact]
    public void Each_of_several_answers_is_right()
    {
        EvalTask task = TaskText.Written("accepted: all");
        AnswerJudge judge = TaskText.Judge(task);
        TaskDocument document = new(
            new MapValue([new("all", new ListValue([new TextValue("grey"), new TextValue("gray")]))]), "here");
        Assert.Equal(["grey", "gray"], judge.Expected(document));
        Assert.Equal([new("exact_match", 1)], judge.Judge(document, "Gray", []));
    }

    /// <summary>The program is the template's, with what the extraction leaves of the answer; a field of the record
    /// that has the name of that gives way.</summary>
    [Fact]
    public void Programs_are_made_of_answer_and_record()
    {
        EvalTask task = TaskReader.Read(
            """
            task: c
            version: "1"
            kind: generate_match
            data: [{test: a}]
            prompt: "{{question}}"
            code: {program: "{{completion}}\n{{test}}", extract: until_fence}
            """,
            "c.yaml");
        var programs = new Programs();
        var judge = new AnswerJudge(task, null, programs, CancellationToken.None);
        TaskDocument document = new(
            new MapValue([new("test", new TextValue("assert f()")), new("completion", new TextValue("no"))]), "here");
        var shown = new JsonObject();
        Assert.Equal([new("pass@1", 1)], judge.Judge(document, "f = str\n```\nThat is it.", shown));
        Assert.Equal("f = str\n\nassert f()", Assert.Single(programs.Seen));
        Assert.Equal(("f = str\n\nassert f()", "well"), ((string)shown["program"]!, (string)shown["program_ended"]!));
        Assert.Throws<InvalidOperationException>(() => TaskText.Judge(task).Judge(document, "x", []));
    }

    /// <summary>IFEval counts prompts whose instructions are all followed, and instructions.</summary>
    [Fact]
    public void Instructions_are_counted_by_prompt_and_by_instruction()
    {
        EvalTask task = TaskReader.Read(
            "task: i\nversion: \"1\"\nkind: generate_match\ndata: [{test: a}]\nprompt: \"{{prompt}}\"\n"
            + "instructions: true",
            "i.yaml");
        TaskDocument document = new(
            new MapValue(
            [
                new("prompt", new TextValue("Write.")),
                new("instruction_id_list", new ListValue(
                    [new TextValue("punctuation:no_comma"), new TextValue("change_case:english_lowercase")])),
                new("kwargs", new ListValue([MapValue.Empty, MapValue.Empty])),
            ]),
            "here");
        Assert.Equal(
            [
                new("prompt_level_strict_acc", 0), new Observation("inst_level_strict_acc", 1, 2),
                new("prompt_level_loose_acc", 0), new("inst_level_loose_acc", 1, 2),
            ],
            TaskText.Judge(task).Judge(document, "no comma but A Capital", []));
        Assert.Contains(
            "here: kwargs: expected a list",
            Assert.Throws<UserException>(() => TaskText.Judge(task).Judge(
                document with { Fields = new MapValue([.. document.Fields.Entries.SkipLast(1)]) }, "x", [])).Message);
    }

    private static EvalTask Texts() => TaskReader.Read(
        "task: p\nversion: \"1\"\nkind: perplexity\ndata: [{test: a}]\nprompt: \"{{text}}\"", "p.yaml");

    private static ChoiceItem Choice(string more, string[] texts, int right)
    {
        TaskDocument document = Document("", texts) with { Right = right };
        return new ChoiceItem(
            new CountingModel(), TaskText.Choices(more), new ItemKey("", 0), document,
            new TaskPrompt("Q\nAnswer:", " ", IsChat: false));
    }

    private static TaskDocument Document(string answer, string[] texts) => new(
        new MapValue([new("question", new TextValue("Q")), new("answer", new TextValue(answer))]), "here")
    {
        Choices = new Choices([.. texts.Select((_, i) => $"{(char)('A' + i)}")], texts),
        Right = 0,
    };

    private sealed class Programs : IProgramRunner
    {
        public List<string> Seen { get; } = [];

        public (bool Passed, string How) Run(string program, CancellationToken cancel)
        {
            Seen.Add(program);
            return (true, "well");
        }
    }
}
