using System.Text.Json.Nodes;
using MolEngine.Runs;
using MolEngine.Runs.Records;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>What a resumed run says of itself, and which resumptions are refused.</summary>
public sealed class ResumedRecordsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_resumed_run_keeps_its_start_and_lists_its_resumptions()
    {
        string output = Path.Combine(_folder.Root, "run"), file = Path.Combine(output, "run.json");
        JsonObject Facts() => JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        SmallRun.Interrupt(SmallRun.Load(output, SmallRun.Lora), "step  2/11");
        Assert.Empty(Facts()["resumed"]!.AsArray());

        // As an older program leaves it.
        JsonObject old = Facts();
        old["started"] = "2020-01-02T03:04:05Z";
        old.Remove("resumed");
        File.WriteAllText(file, old.ToJsonString());
        string before = RunSummary.Time(DateTimeOffset.UtcNow);
        SmallRun.Interrupt(SmallRun.Reload(output), "step  4/11", resume: true);
        SmallRun.Train(SmallRun.Reload(output), resume: true);
        JsonObject facts = Facts();
        Assert.Equal("2020-01-02T03:04:05Z", facts["started"]!.GetValue<string>());
        string[] resumed = [.. facts["resumed"]!.AsArray().Select(t => t!.GetValue<string>())];
        Assert.Equal(2, resumed.Length);
        Assert.Equal(resumed.Prepend(before).Order(StringComparer.Ordinal), resumed.Prepend(before));
        Assert.True(string.CompareOrdinal(facts["finished"]!.GetValue<string>(), resumed[1]) >= 0);

        string last = $"{resumed[1][..10]} {resumed[1][11..19]} UTC";
        string said = $"2020-01-02 03:04:05 UTC, resumed 2 times, last {last}";
        Assert.Contains($"started        {said}\n", TinyRun.Ok("inspect", output));
        string report = File.ReadAllText(Path.Combine(output, "report.html"));
        Assert.Contains($"<dt>Started</dt><dd><bdi>{said}</bdi></dd>", report);
        Assert.Contains("with the breaks)</bdi>", report);
    }

    /// <summary>Nothing of a first part is left in what comes out.</summary>
    [Fact]
    public void A_run_that_starts_again_is_not_resumed()
    {
        string output = Path.Combine(_folder.Root, "run"), file = Path.Combine(output, "run.json");
        SmallRun.Interrupt(SmallRun.Load(output, SmallRun.Lora), "  validation at step 0");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"started\": \"20", "\"started\": \"19"));
        SmallRun.Interrupt(SmallRun.Reload(output), "step  1/11", resume: true);
        Assert.Contains("\"started\": \"20", File.ReadAllText(file));
        Assert.Contains("\"resumed\": []", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("loss.alpha=0.5", "loss.alpha: 0.01 in the run, 0.5 now")]
    [InlineData("seed=9", "seed: 1 in the run, 9 now")]
    [InlineData("optimizer.learning_rate=1", "optimizer.learning_rate: 0.01 in the run, 1 now")]
    [InlineData("data.context=64", "the rows of the corpora")]
    public void Other_settings_that_matter_are_refused_and_named(string setting, string says)
    {
        string output = Path.Combine(_folder.Root, "run");
        SmallRun.Interrupt(SmallRun.Load(output, SmallRun.Lora), "step  2/11");
        var e = Assert.Throws<UserException>(() => SmallRun.Train(SmallRun.Reload(output, setting), resume: true));
        Assert.Contains(says, e.Message);
    }

    [Fact]
    public void A_finished_run_and_a_run_that_another_process_holds_are_refused()
    {
        string output = Path.Combine(_folder.Root, "run");
        SmallRun.Interrupt(SmallRun.Load(output), "step  1/11");
        using (RunLock.Take(output))
        {
            var held = Assert.Throws<UserException>(() => SmallRun.Train(SmallRun.Reload(output), resume: true));
            Assert.Contains($"process {Environment.ProcessId}", held.Message);
        }

        SmallRun.Train(SmallRun.Reload(output), resume: true);
        var done = Assert.Throws<UserException>(() => SmallRun.Train(SmallRun.Reload(output), resume: true));
        Assert.Contains("finished", done.Message);
    }

    public void Dispose() => _folder.Dispose();
}
