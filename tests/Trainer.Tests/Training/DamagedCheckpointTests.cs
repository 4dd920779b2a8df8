namespace MolEngine.Trainer.Tests.Training;

/// <summary>A checkpoint that is not whole is passed over and named, and never lost in silence.</summary>
public sealed class DamagedCheckpointTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("step-00000002", "state.json", null)]
    [InlineData("step-00000002", "state.json", "null")]
    [InlineData("step-00000003", "state.json", "{\"version\": 2}")]
    [InlineData("step-00000003", "state.json", "[]")]
    [InlineData("step-00000003", "state.json", "{\"\\ud800\": 1}")]
    [InlineData(
        "step-00000003", "state.json",
        """{"version": 1, "step": 3, "model": "m", "data": "d", "settings": {"a": null}}""")]
    [InlineData(
        "step-00000003", "state.json", """{"version": 1, "step": -3, "model": "m", "data": "d", "settings": {}}""")]
    [InlineData("step-00000003", "state.safetensors", "")]
    public void A_damaged_checkpoint_is_passed_over_and_named(string checkpoint, string file, string? text)
    {
        string[] more = [.. SmallRun.Lora, "checkpoint.every=1", "steps=5"];
        string whole = Path.Combine(_folder.Root, "whole"), run = Path.Combine(_folder.Root, "run");
        SmallRun.Train(SmallRun.Load(whole, more));
        SmallRun.Interrupt(SmallRun.Load(run, more), "step 3/5");
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
}
