using MolEngine.Trainer.Tests.Devices;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>Whole runs that keep what the base says.</summary>
public sealed class BaseCacheRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>The base that was computed before an interruption, and in another run, is not computed again.</summary>
    [Theory]
    [InlineData("method=lora", "71")]
    [InlineData("method=full", "72")]
    public void A_run_ends_with_the_same_bits(string method, string model)
    {
        string[] settings =
            [method, "loss=mol", "optimizer.learning_rate=1e-2", $"init.seed={model}", "samples=0", "steps=5"];
        SmallRun.Train(SmallRun.Load(At("without"), settings));
        string[] with = [.. settings, "base_cache=true"];
        SmallRun.Interrupt(SmallRun.Load(At("with"), with), "step 3/");
        string printed = SmallRun.Train(SmallRun.Reload(At("with")), resume: true);
        SmallRun.AssertSame(At("without"), At("with"));
        Assert.Matches(@"base cache [1-9]\d* rows, [\d.,]+ KiB, in ", printed);
        Assert.Matches(@"base cache \d+ of [1-9]\d* rows read", printed);

        printed = SmallRun.Train(SmallRun.Load(At("again"), with));
        SmallRun.AssertSame(At("without"), At("again"));
        (string read, string all) = Counts(printed);
        Assert.Equal(all, read);
    }

    /// <summary>Up to the device and back: the first run computes what the second one reads.</summary>
    [Fact]
    public void A_run_on_the_virtual_GPU_ends_with_the_same_bits()
    {
        using var runs = new VirtualRuns();
        string[] settings = VirtualRuns.Settings("lora", "bf16", "steps=1", "validate.every=0", "base_cache=true");
        SmallRun.AssertSameWeights(runs.Train(settings), runs.Train(settings));
    }

    [Fact]
    public void A_loss_without_a_base_is_told_that_there_is_nothing_to_keep() => Assert.Contains(
        "base_cache has no effect: no corpus has a loss that asks for the base model",
        SmallRun.Train(SmallRun.Load(At("ce"), "loss=ce", "steps=1", "base_cache=true", "samples=0")));

    public void Dispose() => _folder.Dispose();

    private static (string Read, string All) Counts(string printed)
    {
        string line = printed.Split('\n').Last(l => l.StartsWith("base cache", StringComparison.Ordinal));
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (words[2], words[4]);
    }

    private string At(string name) => Path.Combine(_folder.Root, name);
}
