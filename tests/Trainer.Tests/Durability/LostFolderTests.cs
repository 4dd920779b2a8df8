using System.Text.RegularExpressions;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Durability;

/// <summary>A run whose folder is removed while it goes on.</summary>
public sealed class LostFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void It_is_told_at_the_next_step_and_the_state_is_kept()
    {
        string whole = Path.Combine(_folder.Root, "whole"), run = Path.Combine(_folder.Root, "run");
        string[] more = [.. SmallRun.Lora, "steps=3", "validate.every=0", "checkpoint.every=1"];
        SmallRun.Train(SmallRun.Load(whole, more));
        var output = new RemovingWriter("step 1/3", run);
        var e = Assert.Throws<RunFailedException>(() => TrainingJob.Execute(
            SmallRun.Load(run, more), false, new ProgressPrinter(output), CancellationToken.None));
        Assert.DoesNotContain("step 2/3", output.ToString());
        Match told = Regex.Match(e.Message, @"is kept in (\S+); go on there: molengine train --resume ");
        string kept = told.Groups[1].Value;
        Assert.True(kept.Length > 0, e.Message);
        try
        {
            Assert.False(Directory.Exists(run));
            SmallRun.Train(SmallRun.Reload(kept), resume: true);
            SmallRun.AssertSameWeights(Path.Combine(whole, "adapter"), Path.Combine(kept, "adapter"));
        }
        finally
        {
            Directory.Delete(kept, recursive: true);
        }
    }

    public void Dispose() => _folder.Dispose();

    private sealed class RemovingWriter(string line, string folder) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith(line, StringComparison.Ordinal) == true)
                Directory.Delete(folder, recursive: true);
        }
    }
}
