using MolEngine.Data.Records;
using MolEngine.Runs;
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
        SmallRun.Train(SmallRun.Reload(parts, "threads=2", "micro_batch=3", "recompute=layer"), resume: true);
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

    public void Dispose() => _folder.Dispose();

    private static string[] Names(string output) =>
        [.. Directory.GetDirectories(Path.Combine(output, "checkpoints")).Select(d => Path.GetFileName(d)).Order()];
}
