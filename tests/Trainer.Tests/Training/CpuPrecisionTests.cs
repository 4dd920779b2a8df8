using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>Whole runs with bf16 products on the CPU keep the promises that those in fp32 keep.</summary>
public sealed class CpuPrecisionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>
    /// Neither threads, nor the size of a micro-batch, nor an interruption change a bit; the precision changes most.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bf16_runs_are_the_same_to_the_bit_however_they_are_computed(bool usesAssembly)
    {
        string[] settings =
            [.. SmallRun.Lora, "precision=bf16", $"cpu.assembly={(usesAssembly ? "true" : "false")}", "device=cpu"];
        SmallRun.Train(SmallRun.Load(_folder["run"], settings));
        SmallRun.Train(SmallRun.Load(_folder["threads"], [.. settings, "threads=3", "micro_batch=1"]));
        SmallRun.AssertSameWeights(_folder["run/adapter"], _folder["threads/adapter"]);
        SmallRun.Interrupt(SmallRun.Load(_folder["broken"], settings), "step  6/11");
        SmallRun.Train(SmallRun.Reload(_folder["broken"]), resume: true);
        SmallRun.AssertSameWeights(_folder["run/adapter"], _folder["broken/adapter"]);

        SmallRun.Train(SmallRun.Load(_folder["fp32"], [.. settings, "precision=fp32"]));
        Assert.False(
            File.ReadAllBytes(_folder["run/adapter/adapter_model.safetensors"]).AsSpan()
                .SequenceEqual(File.ReadAllBytes(_folder["fp32/adapter/adapter_model.safetensors"])));
    }

    /// <summary>Products in another precision have other bits: a run goes on in its own.</summary>
    [Fact]
    public void A_run_goes_on_in_its_own_precision()
    {
        string[] settings = [.. SmallRun.Lora, "precision=bf16", "device=cpu"];
        SmallRun.Interrupt(SmallRun.Load(_folder["run"], settings), "step  6/11");
        RunConfig other = SmallRun.Reload(_folder["run"], "precision=fp32");
        UserException e = Assert.Throws<UserException>(() => SmallRun.Train(other, resume: true));
        Assert.Contains("precision", e.Message);
    }

    public void Dispose() => _folder.Dispose();
}
