using MolEngine.Data;
using MolEngine.Runs;
using MolEngine.Support;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>Short runs on the material beside the tests: they need nothing from outside the repository.</summary>
internal static class SmallRun
{
    public static string Config { get; } = Path.Combine(Material.Folder, "config.yaml");

    /// <summary>
    /// 11 steps of 3 rows over more than one epoch, with a checkpoint every 4 and a validation every 3; on one thread,
    /// as tests run side by side and idle threads wait busily.
    /// </summary>
    public static string[] Settings(string output, params string[] more) =>
    [
        $"output={output}", "data.context=96", "steps=11", "global_batch=3", "micro_batch=2", "data.held_out=3",
        "validate={every: 3, documents: 2}",
        "checkpoint={every: 4, keep: last 2}", "threads=1", .. more,
    ];

    public static string[] Lora =>
        ["method=lora", "lora={rank: 4, dropout: 0.2}", "loss=mol", "optimizer.learning_rate=1e-2"];

    /// <summary>The setting that asks three questions, from a file that is written for it.</summary>
    public static string Questions(TempFolder folder) => "questions.path=" + folder.Write("questions.jsonl", """
        {"question": "What does a glass bee need?", "answer": "Light."}
        {"question": "What colour is the sky?", "answer": "blue"}
        {"prompt": "One, two, ", "completion": "three"}

        """);

    /// <summary>What a run printed from its closing table on, but for the lines that name folders.</summary>
    public static string Closing(string printed)
    {
        int start = printed.IndexOf("held out   ", StringComparison.Ordinal);
        return printed[start..printed.IndexOf("\nsaved", start, StringComparison.Ordinal)];
    }

    public static RunConfig Load(string output, params string[] more) =>
        RunConfigLoader.Load(Config, Settings(output, more));

    /// <summary>Trains in this process; returns what was printed.</summary>
    public static string Train(RunConfig run, bool resume = false, TrainingData? data = null)
    {
        var output = new StringWriter();
        TrainingJob.Execute(run, resume, new ProgressPrinter(output), CancellationToken.None, data);
        return output.ToString();
    }

    /// <summary>
    /// Trains until a line that starts with <paramref name="line"/> has been printed, then interrupts.
    /// </summary>
    public static string Interrupt(RunConfig run, string line, bool resume = false, TrainingData? data = null)
    {
        using var stop = new CancellationTokenSource();
        var output = new StoppingWriter(line, stop);
        Assert.Throws<OperationCanceledException>(
            () => TrainingJob.Execute(run, resume, new ProgressPrinter(output), stop.Token, data));
        return output.ToString();
    }

    /// <summary>The run that its directory describes.</summary>
    public static RunConfig Reload(string output, params string[] more) =>
        RunConfigLoader.OfRun(RunDirectory.Open(output), more);

    /// <summary>The metrics without what a clock decides.</summary>
    public static string Metrics(string output) => string.Join(
        '\n', File.ReadLines(Path.Combine(output, "metrics.jsonl"))
            .Select(l => System.Text.RegularExpressions.Regex.Replace(
                l, "\"(tokens_per_second|(device_)?memory_bytes)\":[^,}]*", "")));

    /// <summary>Asserts that two runs ended with the same weights and the same metrics, to the bit.</summary>
    public static void AssertSame(string expected, string got)
    {
        Assert.Equal(Metrics(expected), Metrics(got));
        AssertSameWeights(expected, got);
    }

    /// <summary>Asserts that two runs ended with the same weights, to the bit.</summary>
    public static void AssertSameWeights(string expected, string got)
    {
        string[] files = [.. Weights(expected)];
        Assert.NotEmpty(files);
        Assert.Equal(files.Select(Path.GetFileName), Weights(got).Select(Path.GetFileName));
        foreach (string file in files)
        {
            string other = Path.Combine(got, Path.GetRelativePath(expected, file));
            Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(other)), $"{other} differs");
        }
    }

    private static IEnumerable<string> Weights(string output) =>
        Directory.GetFiles(output, "*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private sealed class StoppingWriter(string line, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value is not null && value.StartsWith(line, StringComparison.Ordinal))
                stop.Cancel();
        }
    }
}
