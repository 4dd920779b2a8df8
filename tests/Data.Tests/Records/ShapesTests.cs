using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Tests.Records;

/// <summary>What each shape makes of a record, as a dialogue and as plain text.</summary>
public sealed class ShapesTests : IDisposable
{
    private const string Bars = " || ";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"question": "q", "answer": 4}""", "user: q || assistant: 4", "q\n4")]
    [InlineData("""{"Question": "q", "ANSWER": "a", "system": "s"}""",
        "system: s || user: q || assistant: a", "s\nq\na")]
    [InlineData("""{"problem": "p", "solution": "s", "answer": "a"}""", "user: p || assistant: s", "p\ns")]
    [InlineData("""{"prompt": "p ", "completion": "c"}""", "user: p  || assistant: c", "p c")]
    [InlineData("""{"instruction": "i", "input": "", "output": "o"}""", "user: i || assistant: o", "i\no")]
    [InlineData("""{"instruction": "i", "input": "x", "output": "o", "system": "s", "history": [["a", "b"]]}""",
        "system: s || user: a || assistant: b || user: i\nx || assistant: o", "s\na\nb\ni\nx\no")]
    [InlineData("""{"Question": "q", "Complex_CoT": "c", "Response": "r"}""",
        "user: q || assistant: <think>\nc\n</think>\n\nr", "q\n<think>\nc\n</think>\n\nr")]
    [InlineData("""{"Question": "q", "Complex_CoT": null, "Response": "r"}""", "user: q || assistant: r", "q\nr")]
    [InlineData("""{"question": "q", "options": {"A": "x", "B": "y"}, "answer": "y", "answer_idx": "B"}""",
        "user: q\nA. x\nB. y || assistant: B. y", "q\nA. x\nB. y\nB. y")]
    [InlineData("""{"question": "q", "choices": ["x", "y", 3], "answer": 2}""",
        "user: q\nA. x\nB. y\nC. 3 || assistant: C. 3", "q\nA. x\nB. y\nC. 3\nC. 3")]
    [InlineData("""{"question": "q", "choices": {"text": ["x", "y"], "label": ["1", "2"]}, "answerKey": "2"}""",
        "user: q\n1. x\n2. y || assistant: 2. y", "q\n1. x\n2. y\n2. y")]
    [InlineData("""{"question": "q", "options": [{"key": "A", "value": "x"}, {"key": "B", "value": "y"}], """
        + """ "answer": "(a)"}""",
        "user: q\nA. x\nB. y || assistant: A. x", "q\nA. x\nB. y\nA. x")]
    [InlineData("""{"question": "q", "opa": "x", "opb": "y", "cop": 1, "exp": null}""",
        "user: q\nA. x\nB. y || assistant: B. y", "q\nA. x\nB. y\nB. y")]
    [InlineData("""{"question": "q", "A": "x", "B": "y", "answer": "A"}""",
        "user: q\nA. x\nB. y || assistant: A. x", "q\nA. x\nB. y\nA. x")]
    [InlineData("""{"question": "q", "options": {"A": "x", "B": "y", "E": null}, "answer": "B"}""",
        "user: q\nA. x\nB. y || assistant: B. y", "q\nA. x\nB. y\nB. y")]
    [InlineData("""{"question": "q", "options": ["A) x", "B) y"], "answer": "B"}""",
        "user: q\nA) x\nB) y || assistant: B) y", "q\nA) x\nB) y\nB) y")]
    [InlineData("""{"question": "q", "options": "[\"x\", \"y\"]", "answer": "B"}""",
        "user: q\nA. x\nB. y || assistant: B. y", "q\nA. x\nB. y\nB. y")]
    [InlineData("""{"question": "q", "options": ["(A) x", "(B) y"], "answer": "y"}""",
        "user: q\n(A) x\n(B) y || assistant: (B) y", "q\n(A) x\n(B) y\n(B) y")]
    [InlineData("""{"question": "q", "options": ["1. x", "2. y"], "answer": "1"}""",
        "user: q\n1. x\n2. y || assistant: 1. x", "q\n1. x\n2. y\n1. x")]
    [InlineData("""{"question": "q", "options": ["1.5", "2.5"], "answer": 0}""",
        "user: q\nA. 1.5\nB. 2.5 || assistant: A. 1.5", "q\nA. 1.5\nB. 2.5\nA. 1.5")]
    [InlineData("""{"question": "q", "options": {"A": "A、x", "B": "B、y"}, "answer": "B. y"}""",
        "user: q\nA、x\nB、y || assistant: B、y", "q\nA、x\nB、y\nB、y")]
    public void Pairs_become_dialogues_or_text(string record, string chat, string plain)
    {
        Assert.Equal(chat, Written(Read(record, c => c with { Pairs = PairStyle.Chat })));
        CorpusRecord text = Read(record, c => c with { Pairs = PairStyle.Plain });
        Assert.Equal(plain, text.Text);
        Assert.EndsWith(chat.Split("assistant: ")[^1], plain[text.Answer!.Value]);
    }

    [Theory]
    [InlineData(
        """{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "system": "s"}""",
        "system: s || user: a || assistant: b")]
    [InlineData("""{"conversations": [{"role": "user", "content": "a"}], "system": ""}""", "user: a")]
    [InlineData("""{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", """
        + """ "value": "b"}]}]}""",
        "user: ab")]
    [InlineData("""{"messages": "[{\"role\": \"user\", \"content\": \"a\"}]", "tools": "[]"}""", "user: a")]
    [InlineData("""{"messages": [], "text": "t"}""", "t")]
    [InlineData("""{"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", """
        + """ "content": "b"}]}""",
        "user: a || assistant: b")]
    [InlineData("""{"prompt": [{"role": "user", "content": "a"}], "completion": "b", "system": "s"}""",
        "system: s || user: a || assistant: b")]
    public void Dialogues_keep_their_turns(string record, string expected) =>
        Assert.Equal(expected, Written(Read(record)));

    [Fact]
    public void All_that_a_message_has_is_kept_for_the_template()
    {
        const string Call = """{"role": "assistant", "content": null, "tool_calls": [{"id": "1"}]}""";
        const string Result = """{"role": "tool", "content": "r", "name": "f"}""";
        CorpusRecord read = Read($$"""{"tools": [{"name": "f"}], "messages": [{{Call}}, {{Result}}]}""");
        Assert.Equal(["role", "content", "tool_calls"], read.Messages![0].Fields.Entries.Select(e => e.Key));
        Assert.Equal(new TextValue("f"), read.Messages[1].Fields["name"]);
        Assert.Equal(
            new ListValue([new MapValue([new("name", new TextValue("f"))])]), read.Variables["tools"]);
        CorpusRecord cot = Read(
            """{"Question": "q", "Complex_CoT": "c", "Response": "r"}""", c => c with { Pairs = PairStyle.Chat });
        Assert.Equal(new TextValue("c"), cot.Messages![1].Fields[ThinkMarks.Field]);
    }

    [Fact]
    public void A_table_holds_dialogues_as_json()
    {
        string Cell(string json) => $"\"{json.Replace("\"", "\"\"")}\"";
        string messages = Cell("""[{"role": "user", "content": "a", "name": "n"}]""");
        string csv = $"messages,tools\n{messages},{Cell("""[{"name": "f"}]""")}\n";
        var report = new ReadingReport([]);
        CorpusSettings corpus = Reading.Corpus(_folder.Write("a.csv", csv));
        CorpusRecord read = Assert.Single(Reading.All(corpus, report: report));
        Assert.Equal("user: a", Written(read));
        Assert.Equal(new ListValue([new MapValue([new("name", new TextValue("f"))])]), read.Variables["tools"]);
        Assert.Empty(report.Summary().Unused);
        report.Rendered(read, "a f");
        Assert.Equal("messages[].name", Assert.Single(report.Summary().Unused).Path);
        corpus = Reading.Corpus(_folder.Write("b.csv", "messages\n[a]\n"));
        Assert.Contains(
            "b.csv:2: messages: expected a list of messages", Assert.Throws<BadRecordException>(
                () => Reading.All(corpus)).Message);
    }

    [Theory]
    [InlineData("""{"question": "q", "options": {"A": "x", "B": "y"}, "answer": "z"}""",
        "answer: expected one of the options: A, B, its text, or its place from 0 to 1, got \"z\" at byte 61")]
    [InlineData("""{"question": "q", "options": ["x", "y"], "cop": 2}""", "cop: expected one of the options")]
    [InlineData("""{"question": "q", "options": {"A": "x", "B": "y"}, "answer_idx": "A", "answer": "y"}""",
        "answer: expected the option A as the field before it says, got \"y\"")]
    [InlineData("""{"instruction": "i", "output": "o", "history": ["a"]}""",
        "history[0]: expected two texts [question, answer], got a string at byte 48")]
    [InlineData("""{"Question": null, "Complex_CoT": "c", "Response": "r"}""", "Question: expected a string, got null")]
    public void What_cannot_be_used_is_told(string record, string says) =>
        Assert.Contains($":1: {says}", Assert.Throws<BadRecordException>(() => Read(record)).Message);

    [Fact]
    public void Shapes_and_fields_of_the_config_decide()
    {
        const string Both = """{"question": "q", "answer": "a", "Question": "Q", """
            + """ "Complex_CoT": "c", "Response": "r"}""";
        CorpusRecord Chat(string record, ShapeName shape, FieldMap? fields = null) => Read(
            record, c => c with { Pairs = PairStyle.Chat, Shape = shape, Fields = fields });
        Assert.Equal("user: q || assistant: a", Written(Chat(Both, ShapeName.Qa)));
        Assert.Equal("user: Q || assistant: <think>\nc\n</think>\n\nr", Written(Chat(Both, ShapeName.Cot)));
        const string Nested = """{"a": {"b": [{"c": "q"}]}, "x.y": "a", "why": "w", "o": ["a", "b"], "who": "s"}""";
        Assert.Equal(
            "system: s || user: q || assistant: <think>\nw\n</think>\n\na",
            Written(Chat(
                Nested, default, new(Question: "a.b[0].c", Answer: "x.y") { Reasoning = "why", System = "who" })));
        Assert.Equal(
            "user: q\nA. a\nB. b || assistant: A. a",
            Written(Chat(Nested, default, new(Question: "a.b[0].c", Answer: "x.y") { Options = "o" })));
    }

    [Theory]
    [InlineData("{q}[[\n{x}]]: {a}", "q", "", "a", "q: a")]
    [InlineData("{q}[[\n{x}]]: {a}", "q", "x", "a", "q\nx: a")]
    [InlineData("[[see {x}]] [[{q} and {x}]]{a}", "q", "", "a", " q and a")]
    [InlineData("[[no field]] {{x}} {a}", "q", "x", "a", "[[no field]] {x} a")]
    [InlineData("[[{n.m[1]}]]{a}", "q", "x", "a", "2a")]
    public void Templates_leave_out_what_is_optional_and_empty(
        string template, string q, string x, string a, string expected)
    {
        string record = $$"""{"q": "{{q}}", "x": "{{x}}", "a": "{{a}}", "n": {"m": [1, 2]} }""";
        CorpusRecord read = Read(record, c => c with { Template = template });
        Assert.Equal(expected, read.Text);
        Assert.Equal(a, read.Text![read.Answer!.Value]);
    }

    [Fact]
    public void A_template_may_make_turns()
    {
        var template = new TemplateSettings(
            [new("system", "[[{s}]]"), new("user", "{q}[[\n{x}]]"), new("assistant", "{a}")]);
        Assert.Equal(
            "user: q\nx || assistant: a",
            Written(Read("""{"q": "q", "x": "x", "a": "a"}""", c => c with { Template = template })));
        Assert.Equal(
            "system: s || user: q || assistant: 1",
            Written(Read("""{"q": "q", "s": "s", "a": 1}""", c => c with { Template = template })));
        Assert.Contains(
            "expected the keys \"q\" and \"a\", got the keys q",
            Assert.Throws<BadRecordException>(
                () => Read("""{"q": "q"}""", c => c with { Template = template })).Message);
    }

    private static string Written(CorpusRecord record) => record.Text ?? string.Join(
        Bars, record.Messages!.Select(ThinkMarks.Default.Inline).Select(m => $"{m.Role}: {m.Content}"));

    private CorpusRecord Read(string record, Func<CorpusSettings, CorpusSettings>? with = null)
    {
        CorpusSettings corpus = Reading.Corpus(_folder.Write("a.jsonl", record.Trim() + "\n"));
        return Assert.Single(Reading.All(with is null ? corpus : with(corpus)));
    }
}
