using System.Text.Json;
using FsCheck;
using MolEngine.Basics.Values;
using MolEngine.Data.Records;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Records;

public sealed class ReadingReportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fields_that_no_rule_uses_are_told_with_their_share()
    {
        ReadingSummary summary = Read(
            [], """{"question": "12345", "answer": "67890", "source": "ab", "meta": {"id": [123, null, ""]}}""",
            """{"question": "12345", "answer": "67890", "meta": null}""");
        Assert.Equal((2L, 20L, 0.2), (summary.Records, summary.Used, summary.UnusedShare));
        Assert.Equal([new("meta.id[]", 3, 1), new FieldShare("source", 2, 1)], summary.Unused);
        Assert.Equal(
            ["corpus c: 2 fields not used, 20.0\u00a0% of the text: meta.id[] 12.0\u00a0%, source 8.0\u00a0%. Name in "
                + "ignore what may be left out"],
            summary.Lines("c"));
        summary.RequireMostUsed("f", "c");
        Assert.Empty(Read(
            ["meta", "source"],
            """{"question": "1", "answer": "2", "source": "ab", "meta": {"id": [123]}}""").Lines("c"));
        Assert.Contains(
            "ignore: no record has title", Assert.Single(Read(["title"], """{"text": "a"}""").Lines("c")));
    }

    [Fact]
    public void Where_most_is_left_out_the_reading_is_asked_for()
    {
        const string Choice = """{"question": "q", "options": ["x", "y"], "answer": "A", """;
        const string Record = Choice + """ "Question": "Q", "Complex_CoT": "long, long", "Response": "r"}""";
        ReadingSummary summary = Read([], Record);
        string message = Assert.Throws<UserException>(() => summary.RequireMostUsed("f.json", "c")).Message;
        Assert.StartsWith(
            "f.json: corpus c: expected most of its text used, got 75.0\u00a0% in fields that no rule uses, "
            + "with records read as multiple_choice: Complex_CoT 62.5\u00a0%", message);
        Assert.Contains("could also be read as cot (\"Question\", \"Complex_CoT\" and \"Response\")", message);
        Assert.Contains("ignore: [Complex_CoT, Question, Response]", message);
        Assert.Contains(
            "1 record read as multiple_choice (\"question\", \"options\" and \"answer\") could be read as cot "
                + "(\"Question\", \"Complex_CoT\" and \"Response\") too",
            summary.Lines("c")[1]);

        // A long file is not read to its end for it.
        string path = _folder.Write("long.jsonl", string.Concat(Enumerable.Repeat(Record + "\n", 2000)));
        Assert.Throws<UserException>(() => Reading.All(Reading.Corpus(path), report: new([])));
        Read(["Complex_CoT", "Response"], Record).RequireMostUsed("f", "c");
    }

    /// <summary>Two readings of one shape are told apart by their fields, as the records spell them.</summary>
    [Fact]
    public void Another_reading_is_told_with_its_fields()
    {
        Assert.Contains(
            "corpus c: 1 record read as qa (\"Problem\" and \"solution\") could be read as qa (\"Problem\" and "
                + "\"answer\") too. Say which is meant with shape, fields or template",
            Read([], """{"Problem": "2+2?", "solution": "It is four.", "answer": "4"}""").Lines("c"));
    }

    /// <summary>What is empty is told alike in every shape and format.</summary>
    [Theory]
    [InlineData("a.jsonl", """{"question": "q", "answer": ""}""", "answer", 1)]
    [InlineData("a.jsonl", """{"question": " ", "answer": "a"}""", "question", 1)]
    [InlineData("a.jsonl", """{"instruction": "q", "output": "\n"}""", "answer", 1)]
    [InlineData("a.jsonl", """{"prompt": "q", "completion": ""}""", "answer", 1)]
    [InlineData("a.jsonl", """{"Question": "q", "Complex_CoT": "", "Response": ""}""", "answer", 1)]
    [InlineData(
        "a.jsonl", """{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": ""}]}""",
        "answer", 1)]
    [InlineData(
        "a.jsonl", """{"messages": [{"role": "user", "content": ""}, {"role": "assistant", "content": "a"}]}""",
        "question", 1)]
    [InlineData("a.json", """[{"question": "q", "answer": ""}]""", "answer", 1)]
    [InlineData("a.csv", "question,answer\nq,\n", "answer", 2)]
    [InlineData("a.csv", "question,answer\n,a\n", "question", 2)]
    [InlineData("a.tsv", "question\tanswer\nq\t \n", "answer", 2)]
    [InlineData("a.csv", "text,n\n,1\n", "text", 2)]
    [InlineData("a.jsonl", """{"text": "  "}""", "text", 1)]
    public void What_says_nothing_is_told(string name, string content, string part, long line)
    {
        string path = _folder.Write(name, content);
        foreach (PairStyle pairs in Enum.GetValues<PairStyle>())
        {
            var report = new ReadingReport([]);
            Reading.All(Reading.Corpus(path) with { Pairs = pairs }, report: report);
            Assert.Contains(
                report.Summary().Lines("c"),
                l => l.StartsWith($"corpus c: 1 record with an empty {part}, the first {path}:{line}: "));
        }
    }

    /// <summary>A call, a thought, a tool's answer, a system text, what need not be there: none is missed.</summary>
    [Theory]
    [InlineData(
        """{"messages": [{"role": "system", "content": ""}, {"role": "user", "content": "q"}, """
        + """{"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "f"}}]}, """
        + """{"role": "tool", "content": ""}]}""")]
    [InlineData(
        """{"messages": [{"role": "user", "content": "q"}, """
        + """{"role": "assistant", "content": "", "reasoning_content": "r"}]}""")]
    [InlineData("""{"instruction": "q", "input": "", "output": "a", "system": "", "history": []}""")]
    public void What_may_be_empty_is_not_told(string record)
    {
        Assert.Empty(Read([], record).Silent);
    }

    [Fact]
    public void A_corpus_of_questions_alone_is_refused()
    {
        ReadingSummary summary = Read(
            [], """{"question": "q", "answer": ""}""", """{"question": "r", "answer": ""}""",
            """{"question": "s", "answer": "a"}""");
        Assert.StartsWith(
            "f: corpus c: expected answers to train on, got 2 of 3 records with an empty one, read as qa.",
            Assert.Throws<UserException>(() => summary.RequireMostUsed("f", "c")).Message);
        Read([], """{"question": "q", "answer": ""}""", """{"question": "s", "answer": "a"}""")
            .RequireMostUsed("f", "c");
    }

    [Fact]
    public void What_a_template_leaves_out_of_a_dialogue_is_told()
    {
        const string User = """{"role": "user", "content": "Hi", "name": "Ann", "weight": 0.5}""";
        const string Model = """{"role": "assistant", "content": "say \"x\"", "reasoning_content": "because"}""";
        string path = _folder.Write(
            "a.jsonl", $$"""{"tools": [{"name": "lookup"}], "messages": [{{User}}, {{Model}}]}""");
        var report = new ReadingReport(["messages[].weight"]);
        CorpusRecord record = Assert.Single(Reading.All(Reading.Corpus(path), report: report));
        Assert.Empty(report.Summary().Unused);
        report.Rendered(record, "user: Hi because say \\\"x\\\"");
        Assert.Equal(["messages[].name", "tools[].name"], report.Summary().Unused.Select(f => f.Path).Order());
    }

    [Fact]
    public void Records_with_keys_of_their_own_are_told_together()
    {
        string Keys(int first) => string.Join(
            ",", Enumerable.Range(first, 1500).Select(i => $"\"k{i}\": \"v{i}\""));
        ReadingSummary summary = Read(
            [], $"{{\"text\": \"{new string('x', 30_000)}\", \"by_id\": {{{Keys(0)}}}}}",
            $"{{\"text\": \"x\", \"by_id\": {{{Keys(1500)}}}}}");
        Assert.Equal(("by_id.*", 2000L), (summary.Unused[0].Path, summary.Unused[0].Occurrences));
        Assert.Equal(3000, summary.Unused.Sum(f => f.Occurrences));
    }

    [Fact]
    public void Roles_that_no_model_knows_are_told()
    {
        const string Odd = """{"messages": [{"role": "human", "content": "a"}, {"role": "bot", "content": "b"}]}""";
        ReadingSummary summary = Read([], Odd, Odd, """{"conversations": [{"from": "human", "value": "a"}]}""");
        Assert.Equal([new("human", 2), new("bot", 2)], summary.OddRoles);
        Assert.StartsWith("corpus c: 4 messages of other roles than system, user,", Assert.Single(summary.Lines("c")));
        Assert.Empty(Read([], Odd.Replace("human", "user").Replace("bot", "tool")).OddRoles);
    }

    [Fact]
    public void What_a_message_says_of_its_training_is_told_where_it_is_not_done()
    {
        const string Turns = """
            [{"role": "user", "content": "a", "train": true}, {"role": "assistant", "content": "b", "train": false}]
            """;
        string path = _folder.Write("a.jsonl", $$"""{"messages": {{Turns}}}""");
        IReadOnlyList<string> Lines(TrainOn trainOn, params string[] ignore)
        {
            var report = new ReadingReport(ignore);
            CorpusRecord record = Assert.Single(Reading.All(Reading.Corpus(path), report: report));
            report.Rendered(record, "a b");
            report.Trained(record, trainOn);
            return report.Summary().Lines("c");
        }

        Assert.StartsWith(
            "corpus c: messages[].train of 1 message says not to train on them, and train_on: all trains on all",
            Assert.Single(Lines(TrainOn.All)));
        Assert.StartsWith(
            "corpus c: messages[].train of 1 message says to train on them, and train_on: assistant trains on what",
            Assert.Single(Lines(TrainOn.Assistant)));
        Assert.Empty(Lines(TrainOn.All, "messages[].train"));
    }

    [Fact]
    public void A_summary_survives_being_written()
    {
        ReadingSummary summary = Read(
            ["x"], """{"text": "a", "b": "c"}""", """{"messages": [{"role": "bot", "content": "b"}]}""",
            """{"text": "a", "problem": "c", "answer": "d"}""");
        ReadingSummary again = JsonSerializer.Deserialize<ReadingSummary>(JsonSerializer.Serialize(summary))!;
        Assert.Equal(summary.Lines("c"), again.Lines("c"));
        Assert.NotEmpty(again.Lines("c"));
    }

    /// <summary>Every text of a record is in its document, in what is ignored, or told.</summary>
    [Property(MaxTest = 200)]
    public void No_text_of_a_record_is_lost(PositiveInt seed)
    {
        var random = new System.Random(seed.Get);
        int texts = 0;
        string[] names =
        [
            "text", "messages", "conversations", "system", "prompt", "completion", "question", "answer", "options", "A",
            "B", "instruction", "input", "output", "history", "Question", "Complex_CoT", "Response", "problem",
            "solution", "meta", "tools", "id",
        ];
        MapValue record = Record();
        string path = _folder.Write("a.jsonl", Reading.Json(record) + "\n");
        CorpusSettings corpus = Reading.Corpus(path) with { Pairs = (PairStyle)random.Next(3), Ignore = ["id"] };
        var report = new ReadingReport(corpus.Ignore);
        CorpusRecord[] read = Reading.All(corpus, [], report);
        if (read.Length == 0)
            return;
        ReadingSummary summary = report.Summary();
        string document = read[0].Text
            ?? string.Concat(read[0].Messages!.Select(m => m.Fields).Append(read[0].Variables)
                .SelectMany(ValueTexts.Of).Select(t => $" {ValueTexts.Literal(t.Value)} "));
        foreach ((string at, DataValue value) in ValueTexts.Of(record))
        {
            string text = ValueTexts.Literal(value)!;
            bool isTold = summary.Unused.Any(u => u.Path == at) || at.StartsWith("id.");
            Assert.True(isTold || document.Contains(text), $"{text} of {at} in {Reading.Json(record)} is lost");
        }

        MapValue Record() => new(
        [
            .. names.Where(_ => random.Next(5) < 2).Select(n => KeyValuePair.Create(n, n switch
            {
                "messages" => Turns("role", "content"),
                "conversations" => Turns("from", "value"),
                "options" => new ListValue([Text(), Text()]),
                "answer" when random.Next(2) == 0 => new TextValue("A"),
                "history" => new ListValue(
                    [.. Enumerable.Range(0, random.Next(3)).Select(_ => new ListValue([Text(), Text()]))]),
                "meta" or "tools" or "id" => new MapValue([new("k", Text()), new("l", new ListValue([Text()]))]),
                _ => random.Next(8) == 0 ? NullValue.Instance : Text(),
            })),
        ]);

        DataValue Text() => new TextValue($"t{++texts}t");

        ListValue Turns(string role, string content) => new(
        [
            .. Enumerable.Range(0, random.Next(3)).Select(i => new MapValue(
            [
                new(role, new TextValue(i % 2 == 0 ? "user" : "assistant")), new(content, Text()), new("extra", Text()),
            ])),
        ]);
    }

    private ReadingSummary Read(string[] ignore, params string[] records)
    {
        var report = new ReadingReport(ignore);
        string path = _folder.Write("a.jsonl", string.Join('\n', records.Select(r => r.Trim())));
        Reading.All(Reading.Corpus(path) with { Ignore = ignore }, report: report);
        return report.Summary();
    }
}
