using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Planning;

namespace MolEngine.Trainer.Tests.Planning;

public sealed class FittingChangeTests : IDisposable
{
    private readonly LargeModel _model = new();

    /// <summary>On a GPU that has just the memory which a change needs, and none that costs less would do.</summary>
    [Theory]
    [InlineData("micro_batch=1")]
    [InlineData("recompute=layer", "micro_batch=1")]
    [InlineData("micro_batch=1 recompute=layer")]
    [InlineData("recompute=full", "micro_batch=1", "recompute=layer")]
    [InlineData("micro_batch=1 recompute=full")]
    [InlineData("micro_batch=1 recompute=full data.context=2048")]
    [InlineData("micro_batch=1 recompute=full data.context=512")]
    [InlineData("micro_batch=1 recompute=full lora.rank=16", "data.context=512")]
    [InlineData("lora.rank=8", "data.context=512", "micro_batch=1", "recompute=full")]
    [InlineData("optimizer.offload=true", "method=full", "lora={}", "micro_batch=1")]
    [InlineData("micro_batch=1 optimizer.offload=true", "method=full", "lora={}")]
    [InlineData("micro_batch=1 optimizer.offload=true recompute=layer", "method=full", "lora={}")]
    [InlineData("micro_batch=1 recompute=full method=lora", "data.context=512", "method=full", "lora={}")]
    public void The_smallest_change_that_fits_is_named(string change, params string[] from)
    {
        RunPlan expected = Plan([.. from, .. change.Split(' ')]);
        GpuModel gpu = Gpu(expected.NeededBytes);
        Assert.False(Plan(from, gpu).Fits);
        FittingChange? found = FittingChange.Find(Load(from), gpu);
        Assert.Equal(change.Split(' '), found?.Settings);
        Assert.Equal(expected.NeededBytes, found!.Plan.NeededBytes);
        Assert.True(found.Plan.Fits);

        // With a byte less it is another change, or none.
        Assert.NotEqual(
            change.Split(' '), FittingChange.Find(Load(from), Gpu(expected.NeededBytes - 1))?.Settings);
    }

    [Fact]
    public void Where_nothing_helps_it_says_so()
    {
        Assert.Null(FittingChange.Find(Load([]), Gpu(1 << 30)));
        Assert.Equal(
            "no setting of it does: take a smaller model, or a GPU with more memory",
            FittingChange.Sentence(Load([]), Gpu(1 << 30)));
    }

    [Fact]
    public void A_run_that_does_not_fit_is_refused_before_anything_is_loaded()
    {
        (int code, string output, string error) = TinyRun.Run("train", _model.Config);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("molengine: virtual sm_80: memory: expected ", error);
        Assert.Contains(" GiB free, got 8.0 GiB: --set micro_batch=1 would need ", error);
        Assert.All(
            "weights,gradients,optimizer states,activations,workspace,context,needed".Split(','),
            part => Assert.Matches($@"\nmolengine: +[0-9.,]+ [MG]iB  {part}\n", error));
        Assert.False(Directory.Exists(_model.Output));
    }

    public void Dispose() => _model.Dispose();

    private static GpuModel Gpu(long bytes) => GpuModel.Find("a100")! with { MemoryBytes = bytes };

    private RunConfig Load(string[] settings) => RunConfigLoader.Load(_model.Config, settings);

    private RunPlan Plan(string[] settings, GpuModel? gpu = null) =>
        RunPlanner.Plan(Load(settings), gpu ?? Gpu(1L << 40));
}
