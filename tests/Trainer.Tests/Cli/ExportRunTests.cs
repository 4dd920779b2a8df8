using MolEngine.Engine.Chat;
using MolEngine.Engine.Models;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>export of a run directory: what the run saved, or the parameters of its newest checkpoint.</summary>
public sealed class ExportRunTests : IDisposable
{
    private const string Adapter = "adapter_model.safetensors";

    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_lora_run_gives_its_adapter_or_a_merged_model()
    {
        string run = _run.Train("a");
        Assert.Equal($"adapter: {_run.At("x")}\n", TinyRun.Ok("export", run, "--to", _run.At("x")));
        AssertSame(Path.Combine(run, "adapter"), _run.At("x"), Adapter, "adapter_config.json");
        Assert.Equal($"merged model: {_run.At("m")}\n", TinyRun.Ok("export", run, "--to", _run.At("m"), "--merge"));
        TinyRun.Ok("export", Path.Combine(run, "adapter"), "--model", _run.Model, "--to", _run.At("n"), "--merge");
        AssertSame(_run.At("n"), _run.At("m"), "model.safetensors", "config.json", "tokenizer.json");
    }

    /// <summary>
    /// A model without a chat template learned ChatML, and to stop at the end of a turn, of which its files say
    /// nothing: what serves the new one reads both in its folder.
    /// </summary>
    [Theory]
    [InlineData("lora", "adapter")]
    [InlineData("full", "model")]
    public void What_learned_dialogues_says_how_it_is_prompted_and_where_it_stops(string method, string made)
    {
        File.WriteAllText(
            Path.Combine(_run.Model, GenerationConfig.FileName), """{"eos_token_id": 256, "top_k": 20}""");
        string talks = Path.Combine(Path.GetDirectoryName(_run.Config)!, "talks.jsonl");
        File.WriteAllLines(talks, Enumerable.Range(0, 30).Select(
            i => $$"""{"question": "Why {{i}}?", "answer": "So."}"""));
        string run = _run.Train(
            "a", $"method={method}", "optimizer.learning_rate=1e-3", $"data.corpora[0].path={talks}",
            "data.corpora[0].pairs=chat");
        Assert.Equal(ChatTemplates.ChatMlSource, Template(Path.Combine(run, made)));

        string output = TinyRun.Ok("export", run, "--to", _run.At("m"), "--merge");
        Assert.Equal(ChatTemplates.ChatMlSource, Template(_run.At("m")));
        Assert.Equal([256, 258], GenerationConfig.Load(_run.At("m")).EosTokenIds);
        if (method == "full")
            return;
        Assert.Contains("generation_config.json: eos_token_id has 258 too, which ended what was trained on", output);
        Assert.Contains("chat_template.jinja: as it was trained with, not the model's own", output);

        // The adapter alone keeps the template.
        TinyRun.Ok("export", Path.Combine(run, made), "--model", _run.Model, "--to", _run.At("n"), "--merge");
        Assert.Equal(ChatTemplates.ChatMlSource, Template(_run.At("n")));

        static string Template(string folder) => File.ReadAllText(Path.Combine(folder, "chat_template.jinja"));
    }

    [Fact]
    public void A_full_run_gives_its_model()
    {
        string run = _run.Train("a", "method=full", "optimizer.learning_rate=1e-3");
        Assert.Equal($"model: {_run.At("x")}\n", TinyRun.Ok("export", run, "--to", _run.At("x"), "--merge"));
        string[] files = [.. Directory.GetFiles(Path.Combine(run, "model")).Select(f => Path.GetFileName(f)!)];
        Assert.Contains("tokenizer.json", files);
        AssertSame(Path.Combine(run, "model"), _run.At("x"), files);
    }

    /// <summary>The last checkpoint of a finished run holds the very parameters that the run saved.</summary>
    [Theory]
    [InlineData("adapter", Adapter, "lora.dropout=0.1")]
    [InlineData("model", "model.safetensors", "method=full", "optimizer.learning_rate=1e-3")]
    public void An_unfinished_run_gives_its_newest_checkpoint(string made, string file, params string[] settings)
    {
        string run = _run.Train("a", settings);
        Directory.Move(Path.Combine(run, made), _run.At("saved"));

        // Model and corpora need not be where they were.
        Directory.Move(_run.Model, _run.At("elsewhere"));
        string output = TinyRun.Ok("export", run, "--model", _run.At("elsewhere"), "--to", _run.At("x"));
        Assert.Equal($"{made}: {_run.At("x")} (after step 6: the run is not finished)\n", output);
        AssertSame(_run.At("saved"), _run.At("x"), file);
        Assert.Contains("Say where it is now: --model DIR", Error("export", run, "--to", _run.At("y")));
        File.AppendAllText(Path.Combine(_run.At("elsewhere"), "config.json"), "\n");
        Assert.Contains(
            "expected the files that the run was started with, got others",
            Error("export", run, "--model", _run.At("elsewhere"), "--to", _run.At("y")));
        Assert.False(Directory.Exists(_run.At("y")));
    }

    [Fact]
    public void An_interrupted_run_gives_its_last_finished_step()
    {
        RunConfig config = RunConfigLoader.Load(_run.Config, ["data.corpora[0].name=b", "micro_batch=4"]);
        SmallRun.Interrupt(config, "step 4/6");
        string output = TinyRun.Ok("export", config.Output, "--to", _run.At("m"), "--merge");
        Assert.Equal($"merged model: {_run.At("m")} (after step 4: the run is not finished)\n", output);
        string adapter = _run.At("a");
        TinyRun.Ok("export", config.Output, "--to", adapter);
        TinyRun.Ok("export", adapter, "--model", _run.Model, "--to", _run.At("n"), "--merge");
        AssertSame(_run.At("n"), _run.At("m"), "model.safetensors");
        Assert.NotEqual(
            File.ReadAllBytes(Path.Combine(_run.Model, "model.safetensors")),
            File.ReadAllBytes(Path.Combine(_run.At("m"), "model.safetensors")));
    }

    [Fact]
    public void What_cannot_be_exported_is_a_sentence()
    {
        string run = _run.Train("a", "init=random", "checkpoint.every=0");
        Assert.Contains(
            "expected a run over a pretrained model, got one over random weights",
            Error("export", run, "--to", _run.At("x"), "--merge"));
        string adapter = Path.Combine(run, "adapter");
        Assert.Contains("--model: missing", Error("export", adapter, "--to", _run.At("x")));
        Directory.Delete(adapter, recursive: true);
        Assert.Contains(
            "expected a run that is finished or has a checkpoint, got neither. Go on with it: "
                + $"molengine train --resume {run}",
            Error("export", run, "--to", _run.At("x")));
        Assert.Contains("--to: ", Error("export", run, "--to", _run.Model));
        Assert.False(Directory.Exists(_run.At("x")));
    }

    private static void AssertSame(string expected, string got, params string[] files)
    {
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(expected, file));
            Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(got, file))), $"{file} differs");
        }
    }

    private static string Error(params string[] args)
    {
        (int code, string output, string error) = TinyRun.Run(args);
        Assert.Equal((2, ""), (code, output));
        return error;
    }
}
