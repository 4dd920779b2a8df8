using MolEngine.Engine.Batches;
using MolEngine.Support;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.FirstLook;

namespace MolEngine.Trainer.Tests.Cli;

public sealed class InitTests : IDisposable
{
    private static readonly string Bees = Path.Combine(Material.Folder, "glass_bees.jsonl");
    private static readonly string Everyday = Path.Combine(Material.Folder, "everyday.jsonl");

    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    private string Config => _run.At("first.yaml");

    [Fact]
    public void A_config_is_written_that_trains()
    {
        string output = TinyRun.Ok("init", _run.Model, Bees, Everyday, "--output", Config);
        Assert.Contains("guess: domain, as its name does not sound general", output);
        Assert.Contains("guess: general, as its name says everyday", output);
        string yaml = File.ReadAllText(Config);
        Assert.InRange(yaml.Split('\n').Length, 18, 30);
        RunConfig run = RunConfigLoader.Load(Config);
        Assert.Equal(["glass_bees", "everyday"], run.Data.Corpora.Select(c => c.Name));
        Assert.Equal([CorpusKind.Domain, CorpusKind.General], run.Data.Corpora.Select(c => c.Kind));

        // A power of two that the model takes, and three epochs of so little text.
        Assert.Equal((128, 3.0), (run.Data.Context, run.Order.Epochs));
        Assert.Equal(TrainingMethod.Lora, run.Method);

        // What it said of the plan is what the run has.
        string plan = output.Split('\n').Single(l => l.StartsWith("plan ", StringComparison.Ordinal))[15..];
        Assert.Contains($"plan           {plan}\n", TinyRun.Ok("inspect", Config));
        string trained = _run.At("trained");
        TinyRun.Ok("train", Config, "--set", "steps=1", "--set", "lora.rank=4", "--set", $"output={trained}");
        Assert.True(File.Exists(Path.Combine(trained, "adapter", "adapter_model.safetensors")));
    }

    [Fact]
    public void A_config_means_the_same_from_any_folder_and_is_never_written_over_unasked()
    {
        string data = _run.Write("mine.jsonl", File.ReadAllText(Bees));
        TinyRun.Ok("init", _run.Model, data, "--output", Config);
        string yaml = File.ReadAllText(Config);
        Assert.Contains("\nmodel: model\n", yaml);
        Assert.Contains("- {path: mine.jsonl, kind: domain}", yaml);
        Assert.Contains("# No general corpus", yaml);
        (int code, string output, string error) = TinyRun.Run("init", _run.Model, Everyday, "--output", Config);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("expected a name that is free, got a file", error);
        Assert.Equal(yaml, File.ReadAllText(Config));
        TinyRun.Ok("init", _run.Model, Everyday, "--output", Config, "--force");
        Assert.Contains("everyday.jsonl", File.ReadAllText(Config));
    }

    [Fact]
    public void What_cannot_be_trained_on_is_told_with_the_line_to_add()
    {
        string bad = _run.Write("bad.jsonl", "{\"text\": \"good\"}\n{\"txet\": 1}\n");
        string cot = _run.Write("cot.jsonl", string.Concat(Enumerable.Range(0, 3).Select(i =>
            $"{{\"Question\": \"q{i}\", \"Complex_CoT\": \"{new string('x', 300)}\", \"Response\": \"r\", "
                + "\"question\": \"a\", \"options\": [\"yes\", \"no\"], \"answer\": \"yes\"}\n")));
        string page = _run.Write("page.docx", "PK\u0003\u0004");
        string notes = _run.Write("notes.csv", "id,note\n1,one two three\n2,four five six\n");
        string output = TinyRun.Ok("init", _run.Model, bad, cot, page, notes, Bees, "--output", Config);
        Assert.Contains("bad.jsonl:2: record: ", output);
        Assert.Contains(
            "With skip_bad_records: true under data, 1 record would be passed over and 1 document left", output);
        Assert.Contains("It can be trained on with shape: cot", output);
        Assert.Contains("page.docx: corpus: ", output);
        string yaml = File.ReadAllText(Config);
        Assert.Equal(4, yaml.Split("    # Left out: ").Length - 1);
        Assert.Contains($"    # - {{path: {cot}, kind: domain, shape: cot}}", yaml);
        Assert.Contains($"    # - {{path: {notes}, kind: domain, fields: {{text: note}}}}", yaml);
        Assert.Equal("glass_bees", Assert.Single(RunConfigLoader.Load(Config).Data.Corpora).Name);

        File.Delete(Config);
        (int code, _, string error) = TinyRun.Run("init", _run.Model, bad, page, "--output", Config);
        Assert.Equal(2, code);
        Assert.Contains("bad.jsonl:2", error);
        Assert.Contains("page.docx", error);
        Assert.False(File.Exists(Config));
    }

    [Fact]
    public void Corpora_of_one_name_get_others()
    {
        Directory.CreateDirectory(_run.At("other"));
        string same = _run.Write("other/glass_bees.jsonl", File.ReadAllText(Everyday));
        TinyRun.Ok("init", _run.Model, Bees, same, "--output", Config);
        Assert.Equal(
            ["glass_bees", "glass_bees-2"], RunConfigLoader.Load(Config).Data.Corpora.Select(c => c.Name));
    }

    [Theory]
    [InlineData("MODEL: nowhere: expected a folder with config.json", "nowhere", "DATA")]
    [InlineData("expected a file or folder, ", "MODEL", "gone.jsonl")]
    [InlineData("--output: expected a file named .yaml, got first.txt", "MODEL", "DATA", "--output", "first.txt")]
    [InlineData("CORPUS: a.jsonl: expected each once, got it 2 times", "MODEL", "a.jsonl", "a.jsonl")]
    public void A_mistake_is_a_sentence(string says, params string[] args)
    {
        (int code, string output, string error) = TinyRun.Run(
            ["init", .. args.Select(a => a.Replace("DATA", Bees).Replace("MODEL", _run.Model))]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(says, error);
    }

    [Theory]
    [InlineData("d", "a.jsonl", 5)]
    [InlineData("d", "books", 5)]
    [InlineData("dg", "a.jsonl", 5, "data/tinystories.txt.gz", 500)]
    [InlineData("gd", "English-Books/", 1, "medical_books.txt", 5)]
    [InlineData("gd", "wiki/*.txt", 1, "b.csv", 1)]
    [InlineData("gd", "a.jsonl", 7, "b.jsonl", 6)]
    [InlineData("ddd", "a.jsonl", 5, "b.jsonl", 4, "c.jsonl", 3)]
    [InlineData("dgg", "alpaca.json", 5, "sharegpt.json", 5, "c4_demo.jsonl", 9)]
    public void Kinds_are_guessed_from_names_and_sizes(string expected, params object[] corpora)
    {
        IReadOnlyList<KindGuess> kinds =
            KindGuess.Of([.. corpora.Chunk(2).Select(c => ((string)c[0], (long)(int)c[1]))]);
        Assert.Equal(expected, string.Concat(kinds.Select(k => k.Kind == CorpusKind.General ? 'g' : 'd')));
    }
}
