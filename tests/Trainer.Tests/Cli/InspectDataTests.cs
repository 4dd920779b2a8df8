using System.Text.Json;
using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Support;
using MolEngine.Trainer.Cli;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Tests.Reporting.Live;

namespace MolEngine.Trainer.Tests.Cli;

public sealed class InspectDataTests : IDisposable
{
    private static readonly string Model = Material.Model;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pattern_is_a_corpus()
    {
        _folder.Write("a1.jsonl", "{\"text\": \"one\"}\n");
        _folder.Write("a2.jsonl", "{\"text\": \"two\"}\n");
        string output = TinyRun.Ok("inspect", Path.Combine(_folder.Root, "a*.jsonl"), "--model", Model);
        Assert.Contains("documents      2 to train on, 0 held out; from 2 files", output);
    }

    [Fact]
    public void A_corpus_shows_statistics_then_rows()
    {
        string path = _folder.Write("a.jsonl", """
            {"text": "h\u00e9llo"}
            {"text": "ab\ncd"}
            {"text": "xy"}
            """);
        string output = TinyRun.Ok("inspect", path, "--model", Model, "--context", "10", "--show-rows", "9");
        Assert.StartsWith("tokenizer      ", output);
        Assert.EndsWith(
            """
            packing        concat, rows of 10 tokens

            corpus         a (domain)
            shapes         text (3)
            documents      3 to train on, 0 held out; from 1 file
            tokens         16, each of 0.75 characters; a document has 5.3 on average
            lengths        3 at least, median 6, 90 % to 7, 99 % to 7, the longest 7
            rows           2, 80.0 % full; 1 document cut at a row's end, none is longer than 10 tokens
            trained on     12 tokens (75.0 %): all but the first of each document in a row
            copies         none within the corpus
                1 to 16 tokens 3 ########################################
            first document in ‹ › what the loss does not see
                ‹h›éllo<|endoftext|>

            row 0 of a (domain): 10 tokens, 8 count
              document 1, 7 tokens from 0
                ‹h›││é│l│l│o│<|endoftext|>│
              document 2, 3 tokens from 7
                ‹a›│b│↵│

            row 1 of a (domain): 6 tokens, 4 count
              document 1, 3 tokens from 0
                ‹c›│d│<|endoftext|>│
              document 2, 3 tokens from 3
                ‹x›│y│<|endoftext|>│

            """, output);
    }

    [Fact]
    public void Options_of_a_config_reach_a_corpus()
    {
        string notes = _folder.Write("notes.txt", "one\ntwo\n");
        string output = TinyRun.Ok(
            "inspect", notes, "--model", Model, "--set", "split=lines", "--set", "document_end=<|im_end|>",
            "--set", "kind=general", "--set", "data.context=16", "--show-rows", "1");
        Assert.Contains("every document ends with <|im_end|>", output);
        Assert.Contains("row 0 of notes (general): 8 tokens, 6 count", output);
        Assert.Contains("    ‹t›│w│o│<|im_end|>│", output);

        string made = _folder.Write("made.jsonl", "{\"t\": \"A\", \"b\": \"c\"}\n");
        Assert.Contains(
            "‹A›│:│c│",
            TinyRun.Ok("inspect", made, "--model", Model, "--set", "template='{t}:{b}'", "--show-rows", "1"));
        Assert.Contains(
            "‹c›│<", TinyRun.Ok("inspect", made, "--model", Model, "--set", "fields.text=b", "--show-rows", "1"));
    }

    [Fact]
    public void A_config_shows_its_corpora_as_it_has_them()
    {
        using var run = new TinyRun();
        string output = TinyRun.Ok("inspect", run.Config, "--show-rows", "1", "--set", "steps=20");
        Assert.Contains("packing        concat, rows of 48 tokens\nplan           20 steps of 8 rows (", output);
        Assert.Contains("\nratio          1 general row to a domain row (1 asked)\n", output);
        Assert.Contains("\ncorpus         bees (domain)\nshapes         text (", output);
        Assert.Contains("\ncorpus         everyday (general)\n", output);
        Assert.Contains("3 held out; from 1 file\n", output);
        Assert.Contains("\nan epoch       ", output);
        Assert.Contains("; the run sees a text ", output);
        Assert.Contains("\nrow 0 of bees (domain): 48 tokens, ", output);
        Assert.Contains("\nrow 0 of everyday (general): 48 tokens, ", output);
        Assert.False(Directory.Exists(run.At("out")));
    }

    [Fact]
    public void What_was_left_out_is_said()
    {
        string path = _folder.Write("a.jsonl", "{\"text\": \"one\"}\n{\"txet\": 2}\n{\"text\": \"two\"}\n");
        Assert.Contains("a.jsonl:2", TinyRun.Run("inspect", path, "--model", Model).Error);
        string output = TinyRun.Ok("inspect", path, "--model", Model, "--set", "skip_bad_records=true");
        Assert.Contains("left out       1 record skipped: ", output);
        Assert.Contains("--show-rows N shows rows", output);
    }

    [Fact]
    public void What_may_not_be_meant_is_said_as_before_a_run()
    {
        using var run = new TinyRun();
        string bees = Path.Combine(Material.Folder, "glass_bees.jsonl");
        string copies = run.Write("copies.jsonl", File.ReadAllText(bees));
        string config = run.Write("copies.yaml", $$"""
            model: model
            output: {{run.At("out")}}
            data:
              context: 500
              held_out: 5
              corpora:
                - {path: {{bees}}, kind: domain}
                - {path: {{copies}}, kind: general, train_on: all}
            global_batch: 4
            """);
        string output = TinyRun.Ok("inspect", config);
        Assert.Contains("warning        data.context (500) is above the model's max_position_embeddings (128)", output);
        int documents = File.ReadLines(bees).Count(l => l.Length > 0);
        Assert.Contains($"copies         none within the corpus; {documents} documents of it in copies too", output);
        Assert.Contains($"{documents} documents of it in glass_bees too", output);
        Assert.Contains(
            "warning        no corpus is general",
            TinyRun.Ok("inspect", config, "--set", "data.corpora[1].kind=domain"));
        Assert.False(Directory.Exists(run.At("out")));
    }

    [Fact]
    public void What_is_told_can_be_had_as_a_page_and_as_json()
    {
        string path = _folder.Write("a.jsonl", """
            {"text": "<b>one</b>"}
            {"text": "two\nlines"}
            """);
        string page = Path.Combine(_folder.Root, "a.html");
        string output = TinyRun.Ok("inspect", path, "--model", Model, "--html", page);
        string html = File.ReadAllText(page);
        Assert.Contains("shapes         text (2)", output);
        Assert.Contains("<dt>shapes</dt>\n<dd>text (2)</dd>", html);
        Assert.Contains("b&gt;one&lt;/b&gt;&lt;|endoftext|&gt;</span>", html);
        Assert.DoesNotContain("<b>", html);

        using JsonDocument json = JsonDocument.Parse(TinyRun.Ok("inspect", path, "--model", Model, "--json"));
        JsonElement corpus = Assert.Single(json.RootElement.GetProperty("corpora").EnumerateArray());
        Assert.Equal("text", corpus.GetProperty("shapes")[0].GetProperty("name").GetString());
        Assert.Equal(2, corpus.GetProperty("statistics").GetProperty("documents").GetInt32());
        Assert.Equal(
            11 + 10 - 2, corpus.GetProperty("trained_tokens").GetInt64());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("steps").ValueKind);
    }

    [Theory]
    [InlineData("--html: expected a file named .html, got a.jsonl", "CORPUS", "--model", "MODEL", "--html", "a.jsonl")]
    [InlineData("--model: missing: ", "CORPUS")]
    [InlineData("--model: nowhere: expected a folder with config.json", "CORPUS", "--model", "nowhere")]
    [InlineData(
        "--show-rows: expected an integer of at least 0, got -1", "CORPUS", "--model", "MODEL", "--show-rows", "-1")]
    [InlineData(
        "--set data.corpora[0].split=words: data.corpora[0].split: expected whole | blank_lines",
        "CORPUS", "--model", "MODEL", "--set", "split=words")]
    [InlineData("spilt: unknown key. ", "CORPUS", "--model", "MODEL", "--set", "spilt=lines")]
    [InlineData("data.context: expected an integer from 2", "CORPUS", "--model", "MODEL", "--context", "1")]
    [InlineData("--context: expected a corpus or a config, got ", "MODEL", "--context", "8")]
    [InlineData(
        "PATH: gone: expected a config (a file named .yaml) or a corpus (a file or folder), got no such",
        "gone", "--model", "MODEL")]
    public void A_mistake_is_a_sentence(string says, params string[] args)
    {
        string corpus = _folder.Write("notes.txt", "one\ntwo\n");
        (int code, string output, string error) = TinyRun.Run(
            ["inspect", .. args.Select(a => a.Replace("CORPUS", corpus).Replace("MODEL", Model))]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(says, error);
    }

    [Fact]
    public void A_terminal_dims_what_does_not_count_and_lines_keep_to_its_width()
    {
        var screen = new TestScreen(25);
        using var context = new CommandContext(screen.Writer, TextWriter.Null, screen.Console);
        InspectedToken[] tokens =
        [
            new(1, "ab", false), new(2, " \e[2Jx", true), new(3, "\u202ecd", true), new(4, "\u65e5\u672c", true),
            new(5, "\n", true), new(6, "e", true),
        ];
        RowView.Write("web", new InspectedRow(7, CorpusKind.General, [new InspectedDocument(0, tokens)]), context);
        Assert.Equal(
            [
                "row 7 of web (general): 6", " tokens, 5 count", "  document 1, 6 tokens fr", "om 0",
                "    ‹ab›│ ␛[2Jx│", "    <U+202E>cd│日本│↵│", "    e│",
            ],
            screen.Lines);
        Assert.Contains("\e[2m‹ab›│\e[0m", screen.Raw);
        Assert.DoesNotContain("\e[2m ", screen.Raw);
    }
}
