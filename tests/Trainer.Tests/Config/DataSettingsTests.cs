using MolEngine.Basics.Files;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Config;

public sealed class DataSettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public DataSettingsTests()
    {
        _folder.Folder("m");
        _folder.Folder("books");
        _folder.Write("a.jsonl.gz", "");
        _folder.Write("b.jsonl", "");
        _folder.Write("c.jsonl", "");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Defaults_are_those_of_the_manual()
    {
        DataSettings data = Parse("- {path: a.jsonl.gz, kind: domain}\n- {path: books, kind: general}");
        Assert.Equal(
            (PackingKind.Concat, false, CacheFolder.Locate("tokens")), (data.Packing, data.SkipBadRecords, data.Cache));
        Assert.Equal(["a", "books"], data.Corpora.Select(c => c.Name));
        CorpusSettings corpus = data.Corpora[0];
        Assert.Equal(
            ((string?)null, TextSplit.Whole, (FieldMap?)null, (TemplateSettings?)null),
            (corpus.Format, corpus.Split, corpus.Fields, corpus.Template));
        Assert.Equal((PairStyle.Auto, 1.0, null), (corpus.Pairs, corpus.Repeat, corpus.Share));
    }

    [Fact]
    public void Every_key_can_be_given_and_the_resolved_config_gives_the_same_data()
    {
        DataSettings data = Parse("""
            - {path: [b.jsonl, books], kind: domain, name: x, format: text, split: blank_lines, repeat: 2.5, template: "{a}\n{b}"}
            - {path: a.jsonl.gz, kind: general, format: json, split: lines, share: 3, pairs: chat, fields: {text: body}}
            - path: c.jsonl
              kind: general
              share: 1
              fields: {messages: m, prompt: p, completion: q, question: r, answer: s}
            """, "packing: best_fit", "skip_bad_records: true", "cache: \"off\"");
        Assert.Equal((PackingKind.BestFit, true, null), (data.Packing, data.SkipBadRecords, data.Cache));
        Assert.Equal(
            [Path.Combine(_folder.Root, "b.jsonl"), Path.Combine(_folder.Root, "books")], data.Corpora[0].Paths);
        Assert.Equal(
            ("text", TextSplit.BlankLines, 2.5, (TemplateSettings)"{a}\n{b}"),
            (data.Corpora[0].Format, data.Corpora[0].Split, data.Corpora[0].Repeat, data.Corpora[0].Template));
        Assert.Equal(
            ("json", TextSplit.Lines, 3.0, PairStyle.Chat),
            (data.Corpora[1].Format, data.Corpora[1].Split, data.Corpora[1].Share, data.Corpora[1].Pairs));
        Assert.Equal(new FieldMap("body"), data.Corpora[1].Fields);
        Assert.Equal(new FieldMap(null, "m", "p", "q", "r", "s"), data.Corpora[2].Fields);
    }

    [Fact]
    public void Readings_of_records_can_be_given()
    {
        DataSettings data = Parse("""
            - {path: b.jsonl, kind: domain, shape: cot, pairs: plain, ignore: [meta, "messages[].name"]}
            - path: "*.gz"
              kind: domain
              name: turns
              template: {system: "Be\\nbrief.", user: "{q}[[\n{x}]]", assistant: "{a}"}
            - path: c.jsonl
              kind: domain
              template: [{user: "{a}"}, {assistant: "{b}"}, {user: "{c}"}]
            - path: books
              kind: general
              split: tokens
              fields: {question: a.b, answer: c, options: o, reasoning: r, system: s}
            """);
        Assert.Equal((ShapeName.Cot, PairStyle.Plain), (data.Corpora[0].Shape, data.Corpora[0].Pairs));
        Assert.Equal(["meta", "messages[].name"], data.Corpora[0].Ignore);
        Assert.Equal(
            new TemplateSettings([new("system", "Be\\nbrief."), new("user", "{q}[[\n{x}]]"), new("assistant", "{a}")]),
            data.Corpora[1].Template);
        Assert.Equal([Path.Combine(_folder.Root, "*.gz")], data.Corpora[1].Paths);
        Assert.Equal(["user", "assistant", "user"], data.Corpora[2].Template!.Turns.Select(t => t.Role));
        Assert.Equal(TextSplit.Tokens, data.Corpora[3].Split);
        Assert.Equal(
            new FieldMap(Question: "a.b", Answer: "c") { Options = "o", Reasoning = "r", System = "s" },
            data.Corpora[3].Fields);
        Assert.Equal(PairStyle.Chat, data.Corpora[1].WithPairs(hasChatTemplate: true).Pairs);
        Assert.Equal(PairStyle.Plain, data.Corpora[1].WithPairs(hasChatTemplate: false).Pairs);
        Assert.Equal(PairStyle.Plain, data.Corpora[0].WithPairs(hasChatTemplate: true).Pairs);
    }

    [Theory]
    [InlineData(
        "path: b.jsonl, kind: domain, template: '{a}\\n{b}'", "data.corpora[0].template: expected line breaks, got a "
        + "backslash and an n, which YAML leaves as they are here. Write the template in double quotes")]
    [InlineData(
        "path: b.jsonl, kind: domain, template: {robot: '{a}'}",
        "expected turns of system, user, assistant, got robot")]
    [InlineData("path: b.jsonl, kind: domain, template: {user: [a]}", "template: expected text, or texts by name")]
    [InlineData(
        "path: b.jsonl, kind: domain, shape: qa, template: '{a}'", "data.corpora[0].shape: expected either a shape or "
        + "fields or template")]
    [InlineData("path: b.jsonl, kind: domain, shape: dpo", "expected auto | text | messages | sharegpt | alpaca | "
        + "prompt_completion | qa | cot | multiple_choice, got 'dpo'")]
    [InlineData("path: b.jsonl, kind: domain, fields: {text: a, reasoning: b}",
        "data.corpora[0].fields.reasoning: expected data.corpora[0].fields.question beside it")]
    [InlineData("path: gone/*.txt, kind: domain", "data.corpora[0].path: expected a file or folder, found none at")]
    [InlineData(
        "path: [b.jsonl, gone], kind: domain", "data.corpora[0].path: expected a file or folder, found none at")]
    [InlineData("path: [], kind: domain", "data.corpora[0].path: expected a path or a list of paths")]
    [InlineData(
        "path: b.jsonl, kind: domain, split: words", "expected whole | blank_lines | lines | tokens, got 'words'")]
    [InlineData(
        "path: b.jsonl, kind: domain, share: 1", "data.corpora[0].share: expected a general corpus, got a domain one")]
    [InlineData(
        "path: b.jsonl, kind: general, repeat: 2", "data.corpora[0].repeat: expected a domain corpus, got a general")]
    [InlineData("path: b.jsonl, kind: domain, repeat: 0",
        "data.corpora[0].repeat: expected a number above 0, at most 1e6, got '0'")]
    [InlineData("path: b.jsonl, kind: domain, fields: {txt: a}", "Did you mean data.corpora[].fields.text?")]
    [InlineData(
        "path: b.jsonl, kind: domain, fields: {prompt: a}", "expected data.corpora[0].fields.completion beside it")]
    [InlineData(
        "path: b.jsonl, kind: domain, template: '{a', ", "data.corpora[0].template: expected {field}, got '{a'")]
    [InlineData("path: b.jsonl, kind: domain, template: 'a} {b}'", "expected { before }, got 'a}'")]
    [InlineData("path: b.jsonl, kind: domain, template: words", "expected a {field} in it, got 'words'")]
    [InlineData(
        "path: b.jsonl, kind: domain, template: '{a}', fields: {text: b}",
        "expected either fields or template, got both")]
    public void A_mistake_is_named(string corpus, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserException>(() => Parse($"- {{{corpus}}}")).Message);

    [Fact]
    public void Shares_are_for_all_general_corpora_or_for_none()
    {
        UserException e = Assert.Throws<UserException>(() => Parse(
            "- {path: b.jsonl, kind: general, share: 1}\n- {path: c.jsonl, kind: general}\n- {path: a.jsonl.gz, "
                + "kind: domain}"));
        Assert.Contains(
            "data.corpora[1].share: missing: expected a share for every general corpus or for none", e.Message);
    }

    private DataSettings Parse(string corpora, params string[] keys)
    {
        string list = string.Join('\n', corpora.Split('\n').Select(l => "    " + l));
        string yaml = $"model: m\noutput: out\ndata:\n{string.Concat(keys.Select(k => $"  {k}\n"))}  "
            + $"corpora:\n{list}\n";
        RunConfig config = RunConfigLoader.Parse(yaml, Path.Combine(_folder.Root, "run.yaml"));
        RunConfig again = RunConfigLoader.Parse(config.Resolved, Path.Combine(_folder.Root, "run.yaml"));
        Assert.Equal(config.Resolved, again.Resolved);
        Assert.Equal(config.Data.Corpora.SelectMany(c => c.Paths), again.Data.Corpora.SelectMany(c => c.Paths));
        Assert.Equal(config.Data.Corpora.Select(c => c.Fields), again.Data.Corpora.Select(c => c.Fields));
        Assert.Equal(config.Data.Corpora.Select(c => c.Template), again.Data.Corpora.Select(c => c.Template));
        return config.Data;
    }
}
