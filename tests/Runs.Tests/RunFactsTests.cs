using System.Text.Json.Nodes;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Support;

namespace MolEngine.Runs.Tests;

public sealed class RunFactsTests
{
    /// <summary>What a device did otherwise than it was asked to is kept once, also where a run goes on.</summary>
    [Fact]
    public void Notes_are_kept()
    {
        using var folder = new TemporaryFolder();
        var run = new RunSummary("m", "cuda:0", "7", 3, "2026-01-02T03:04:05Z", Finished: null);
        RunFacts.Write(folder.Root, run);
        foreach (string note in (string[])["cuBLASLt: failed", "cuBLASLt: failed", "cast.cu: refused"])
            RunFacts.Note(folder.Root, note);
        string[] expected = ["cuBLASLt: failed", "cast.cu: refused"];
        Assert.Equal(expected, Notes(File.ReadAllText(Path.Combine(folder.Root, "run.json"))));

        RunSummary again = RunFacts.Resumed(folder.Root, run with { Started = "2026-01-03T00:00:00Z" });
        Assert.Equal(expected, again.Notes);
        RunFacts.Write(folder.Root, again);
        Assert.Equal(expected, Notes(RunFacts.WithEnd(folder.Root, DateTimeOffset.UnixEpoch)));
    }

    /// <summary>Files of a run that was damaged: what is told of it lacks them, and it goes on.</summary>
    [Theory]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("{\"finished\": 1, \"finished\": 2}")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData("{\"notes\": {}, \"resumed\": [null, {}], \"started\": []}")]
    [InlineData("[{\"task\": null}]")]
    public void Damaged_facts_are_no_facts(string json)
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.yaml", "model: m\n");
        foreach (string name in (string[])["run", "data", "samples", "questions", "benchmarks"])
            folder.Write($"{name}.json", json);
        folder.Write("metrics.jsonl", $"{json}\n{json}\n");
        Assert.False(RunFacts.IsFinished(folder.Root));
        Assert.Empty(RunFacts.Benchmarks(folder.Root));
        RunRecord record = RunRecordReader.Read(folder.Root);
        Assert.Contains(record.Faults, f => f.Contains("benchmarks.json could not be read"));
        Assert.Contains(record.Faults, f => f.Contains("1 line of metrics.jsonl could not be read"));
        MetricsHistory.KeepThrough(Path.Combine(folder.Root, "metrics.jsonl"), 3);
        Assert.Equal(0, new FileInfo(Path.Combine(folder.Root, "metrics.jsonl")).Length);
        Assert.Equal("now", Assert.Single(
            RunFacts.Resumed(folder.Root, new RunSummary("m", "cpu", "7", 3, "now", null)).Resumed.TakeLast(1)));
    }

    [Fact]
    public void Names_without_letters_have_a_heading()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.yaml", "model: m\n");
        folder.Write("run.json", "{\"\": \"x\"}");
        folder.Write("metrics.jsonl", "{\"step\": 1, \"\": 2}\n{\"step\": 2, \"\": 3}\n");
        RunReport.Write(folder.Root, null);
        Assert.Contains("(no name)", File.ReadAllText(folder["report.html"]));
    }

    [Fact]
    public void A_run_that_goes_on_elsewhere_is_told()
    {
        using var folder = new TemporaryFolder();
        var run = new RunSummary("m", "cpu (Vector512, 2 threads)", "7", 3, "now", null)
        {
            Simd = "Vector512",
            Threads = 2,
            Processor = "a",
        };
        Assert.Empty(RunFacts.Moved(folder.Root, run));
        RunFacts.Write(folder.Root, run);
        Assert.Empty(RunFacts.Moved(folder.Root, run with { Device = "cpu (Vector512, 8 threads)", Threads = 8 }));
        string Told(RunSummary now) => Assert.Single(RunFacts.Moved(folder.Root, now));
        Assert.StartsWith("the SIMD was Vector512, and is Vector256: ", Told(run with { Simd = "Vector256" }));
        Assert.StartsWith($"the program was {run.Version}, and is 9.9.9: ", Told(run with { Version = "9.9.9" }));
        Assert.StartsWith(
            "the device was cpu (Vector512, 2 threads), and is cuda:0: ",
            Told(run with { Device = "cuda:0", Simd = null }));
    }

    private static string[] Notes(string json) =>
        [.. JsonNode.Parse(json)!["notes"]!.AsArray().Select(n => $"{n}")];
}
