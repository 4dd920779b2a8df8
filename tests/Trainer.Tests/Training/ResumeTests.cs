using System.Text.Json.Nodes;
using MolEngine.Data.Records;
using MolEngine.Runs;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>
/// N steps in one go equal N steps with interruptions, to the bit: weights, moments (the last checkpoints are compared
/// too), metrics.
/// </summary>
public sealed class ResumeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Methods => ["lora", "full"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void An_interrupted_run_goes_on_to_the_bit(string method)
    {
        string[] more = method == "lora" ? SmallRun.Lora : [];
        string whole = Path.Combine(_folder.Root, "whole"), parts = Path.Combine(_folder.Root, "parts");
        SmallRun.Train(SmallRun.Load(whole, more));

        string first = SmallRun.Interrupt(SmallRun.Load(parts, more), "step  2/11");
        Assert.Contains("stopped    after step 2", first);
        string second = SmallRun.Interrupt(SmallRun.Reload(parts), "  validation at step 6", resume: true);
        Assert.Contains("resumed    after step 2", second);
        SmallRun.Train(SmallRun.Reload(parts, "threads=1", "micro_batch=3", "recompute=layer"), resume: true);
        SmallRun.AssertSame(whole, parts);
    }

    /// <summary>What is watched decides nothing: the documents that were held out as the run began stay so.</summary>
    [Theory]
    [InlineData("validate.documents=1")]
    [InlineData("validate.every=0")]
    public void A_resumed_run_may_validate_as_it_likes(string setting)
    {
        string[] more = [.. SmallRun.Lora, "data.held_out=null", "steps=6"];
        string whole = Path.Combine(_folder.Root, "whole"), parts = Path.Combine(_folder.Root, "parts");
        RunConfig run = SmallRun.Load(whole, more);
        Assert.Equal(HeldOutCount.AtMost(2), run.Data.HeldOut.Documents);
        SmallRun.Train(run);
        SmallRun.Interrupt(SmallRun.Load(parts, more), "step 2/6");
        RunConfig resumed = SmallRun.Reload(parts, setting);
        Assert.Equal(run.Data.HeldOut, resumed.Data.HeldOut);
        SmallRun.Train(resumed, resume: true);
        SmallRun.AssertSameWeights(whole, parts);
    }

    /// <summary>Without a checkpoint a run begins anew, and its config says with what.</summary>
    [Fact]
    public void What_a_run_that_begins_anew_is_given_stands_in_its_config()
    {
        string parts = Path.Combine(_folder.Root, "parts");
        SmallRun.Interrupt(SmallRun.Load(parts, [.. SmallRun.Lora, "steps=3"]), "step 1/3");
        Directory.Delete(CheckpointStore.FolderOf(parts), recursive: true);
        SmallRun.Train(SmallRun.Reload(parts, "steps=2", "lora.alpha=3"), resume: true);
        RunConfig now = SmallRun.Reload(parts);
        Assert.Equal((2L, 3.0), (now.Order.Steps!.Value, now.Lora.Alpha));
    }

    [Fact]
    public void A_validation_that_was_interrupted_is_made_up_for()
    {
        string[] more = [.. SmallRun.Lora, SmallRun.Questions(_folder)];
        string whole = Path.Combine(_folder.Root, "whole"), parts = Path.Combine(_folder.Root, "parts");
        string printed = SmallRun.Train(SmallRun.Load(whole, more));

        // Both validate after these steps, which are printed first; the last one asks the questions as well.
        SmallRun.Interrupt(SmallRun.Load(parts, more), "step  3/11");
        SmallRun.Interrupt(SmallRun.Reload(parts), "step 11/11", resume: true);
        string end = SmallRun.Train(SmallRun.Reload(parts), resume: true);
        SmallRun.AssertSame(whole, parts);
        Assert.Equal(SmallRun.Closing(printed), SmallRun.Closing(end));
        Assert.Contains("questions answered", SmallRun.Closing(end));
        Assert.Equal(
            File.ReadAllText(Path.Combine(whole, "questions.json")),
            File.ReadAllText(Path.Combine(parts, "questions.json")));
    }

    [Fact]
    public void A_run_that_was_killed_before_its_first_checkpoint_starts_again()
    {
        string whole = Path.Combine(_folder.Root, "whole"), killed = Path.Combine(_folder.Root, "killed");
        SmallRun.Train(SmallRun.Load(whole));
        RunConfig run = SmallRun.Load(killed);
        RunDirectory.Make(run.Output);
        RunDirectory directory = RunDirectory.Create(run.Output, run.Resolved);
        File.WriteAllText(directory.MetricsPath, """{"step":0,"validation":true}""" + "\n" + """{"step":1,"lo""");
        SmallRun.Train(SmallRun.Reload(killed), resume: true);
        SmallRun.AssertSame(whole, killed);
    }

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

    [Fact]
    public void Checkpoints_are_pruned_and_the_best_can_stay()
    {
        string last = Path.Combine(_folder.Root, "last"), best = Path.Combine(_folder.Root, "best");
        SmallRun.Train(SmallRun.Load(last, "checkpoint.every=2"));
        Assert.Equal(["step-00000010", "step-00000011"], Names(last));

        // A rate that destroys the model after warm-up: the best checkpoint is an early one.
        SmallRun.Train(SmallRun.Load(
            best, "checkpoint={every: 1, keep: best}", "validate.every=1",
            "optimizer={learning_rate: 5, schedule: constant, warmup_steps: 4}"));
        Assert.Equal(2, Names(best).Length);
        Assert.Equal("step-00000011", Names(best)[1]);
        Assert.NotEqual("step-00000010", Names(best)[0]);
    }

    [Theory]
    [InlineData("step-00000002", "state.json", null)]
    [InlineData("step-00000002", "state.json", "null")]
    [InlineData("step-00000003", "state.json", "{\"version\": 2}")]
    [InlineData("step-00000003", "state.safetensors", "")]
    public void A_damaged_checkpoint_is_passed_over_and_named(string checkpoint, string file, string? text)
    {
        string[] more = [.. SmallRun.Lora, "checkpoint.every=1"];
        string whole = Path.Combine(_folder.Root, "whole"), run = Path.Combine(_folder.Root, "run");
        SmallRun.Train(SmallRun.Load(whole, more));
        SmallRun.Interrupt(SmallRun.Load(run, more), "step  3/11");
        string damaged = Path.Combine(run, "checkpoints", checkpoint);
        File.Delete(Path.Combine(damaged, file));
        if (text is not null)
            File.WriteAllText(Path.Combine(damaged, file), text);
        int good = checkpoint == "step-00000002" ? 3 : 2;
        string to = Path.Combine(_folder.Root, "export");
        string[] exported = TinyRun.Ok("export", run, "--to", to).TrimEnd().Split('\n');
        Assert.Equal($"adapter: {to} (after step {good}: the run is not finished)", exported[0]);
        Assert.StartsWith($"passed over: {damaged}", Assert.Single(exported[1..]));
        string said = SmallRun.Train(SmallRun.Reload(run), resume: true);
        Assert.Contains($"note       passed over {damaged}", said);
        Assert.Contains($"resumed    after step {good}", said);

        // A damaged one that a new one has no name in common with stays: it may be worth something to somebody.
        if (good == 3)
            Directory.Delete(damaged, recursive: true);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void Damaged_checkpoints_alone_are_not_started_over()
    {
        string run = Path.Combine(_folder.Root, "run");
        SmallRun.Interrupt(SmallRun.Load(run, SmallRun.Lora), "step  2/11");
        File.WriteAllText(Path.Combine(run, "checkpoints", "step-00000002", "state.json"), "");
        var e = Assert.Throws<UserException>(() => SmallRun.Train(SmallRun.Reload(run), resume: true));
        Assert.Contains("expected a checkpoint that is whole, got damaged ones alone", e.Message);
    }

    public void Dispose() => _folder.Dispose();

    private static string[] Names(string output) =>
        [.. Directory.GetDirectories(Path.Combine(output, "checkpoints")).Select(d => Path.GetFileName(d)).Order()];
}
