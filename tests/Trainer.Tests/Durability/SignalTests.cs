using System.Diagnostics;
using MolEngine.Support;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Durability;

public sealed class SignalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>A terminal or a connection that closes ends a run as Ctrl-C does: what is done is saved.</summary>
    [Theory]
    [InlineData("HUP")]
    [InlineData("TERM")]
    public async Task The_last_finished_step_is_saved(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals of this test are sent by kill");
        CancellationToken cancel = TestContext.Current.CancellationToken;
        string run = Path.Combine(_folder.Root, "run");
        string[] settings = SmallRun.Settings(
            run, "steps=1000000", "global_batch=1", "micro_batch=1", "data.context=32", "validate.every=0",
            "checkpoint.every=0", "method=lora", "lora.rank=1", "loss=ce");
        using Process process = Process.Start(DotnetProgram.Of(
            "molengine.dll", ["train", SmallRun.Config, .. settings.SelectMany(s => new[] { "--set", s })]))!;
        Task<string> error = process.StandardError.ReadToEndAsync(cancel);
        string metrics = Path.Combine(run, "metrics.jsonl");
        while (!process.HasExited && !(File.Exists(metrics) && new FileInfo(metrics).Length > 0))
            await Task.Delay(20, cancel);
        using (Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
            await kill.WaitForExitAsync(cancel);
        await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        string said = await error;
        Assert.True(process.ExitCode == ExitCode.Interrupted, said);
        Assert.Contains(
            "stopping; again to stop at once (the steps since the last checkpoint are lost; the run resumes from "
            + "there)",
            said);
        Assert.True(Assert.Single(CheckpointStore.All(run).Whole).Step > 0);
    }

    public void Dispose() => _folder.Dispose();
}
