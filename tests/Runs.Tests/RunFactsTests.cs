using System.Text.Json.Nodes;
using MolEngine.Runs.Records;
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

    private static string[] Notes(string json) =>
        [.. JsonNode.Parse(json)!["notes"]!.AsArray().Select(n => $"{n}")];
}
