using MolEngine.Kernels.Device;
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

    /// <summary>
    /// The plan says 8 micro-batches fit; the driver had less. What is named needs so much less than planned.
    /// </summary>
    [Fact]
    public void Where_memory_runs_out_all_the_same_a_smaller_setting_is_named()
    {
        RunConfig run = Load(["micro_batch=8"]);
        GpuModel gpu = Gpu(Plan(["micro_batch=8"]).NeededBytes + (1L << 30));
        var failure = new OutOfDeviceMemoryException("arena activations", "x F32 [5]", 20, [("w", 5)], null);
        OutOfDeviceMemoryException said = FittingChange.Explain(run, gpu, failure);
        Assert.Matches(
            @"^arena activations: no memory for x F32 \[5\]: .* held\. To need that much less: --set micro_batch=1 would "
            + @"need [0-9.]+ GiB\.\n +0\.0 MiB  w$", said.Message);

        long saved = Plan(["micro_batch=8"]).NeededBytes - Plan(["micro_batch=1"]).NeededBytes;
        failure = new OutOfDeviceMemoryException("arena activations", "x", saved + 1, [], null);
        Assert.Contains(
            "less: --set micro_batch=1 --set recompute=layer would", FittingChange.Explain(run, gpu, failure).Message);
    }

    /// <summary>From memory for all activations to memory for no more than layers' inputs.</summary>
    [Fact]
    public void A_plan_computes_as_few_layers_again_as_memory_demands()
    {
        const int Layers = 10;
        long most = Plan([]).NeededBytes, least = Plan(["recompute=layer"]).NeededBytes;
        RunPlan Auto(long bytes) => Plan(["recompute=auto"], Gpu(bytes));
        Assert.Equal((most, (0, Layers)), (Auto(most).NeededBytes, Auto(most).LayersAgain!.Value));
        Assert.Equal((least, (Layers, Layers)), (Auto(least).NeededBytes, Auto(least).LayersAgain!.Value));
        Assert.Null(Plan([]).LayersAgain);

        RunPlan half = Auto((most + least) / 2);
        int again = half.LayersAgain!.Value.Again;
        Assert.InRange(again, 4, 7);
        Assert.True(half.Fits);
        Assert.Equal(again, RunPlanner.RequireFits(Load(["recompute=auto"]), half.Device).LayersAgain);
        RunConfig fewer = Load(["recompute=auto"]) with { LayersAgain = again - 1 };
        Assert.False(RunPlanner.Plan(fewer, half.Device).Fits);

        Assert.False(Auto(least - 1).Fits);
        FittingChange? change = FittingChange.Find(Load(["recompute=auto"]), Gpu(least - 1));
        Assert.Equal(["micro_batch=1"], change?.Settings);
    }

    /// <summary>With moments and masters on the host.</summary>
    [Fact]
    public void All_parameters_of_a_7B_model_are_trained_in_80_GB()
    {
        using var qwen = new LargeModel(
            ("vocab_size", 152_064), ("hidden_size", 3584), ("intermediate_size", 18_944), ("num_hidden_layers", 28),
            ("num_attention_heads", 28), ("num_key_value_heads", 4));
        RunConfig run = RunConfigLoader.Load(
            qwen.Config, ["method=full", "lora={}", "init=pretrained", "data.context=8192", "micro_batch=1"]);
        GpuModel h100 = GpuModel.Find("h100")!;
        FittingChange? change = FittingChange.Find(run, h100);
        Assert.Equal(["optimizer.offload=true"], change?.Settings);
        Assert.InRange(change!.Plan.LayersAgain!.Value.Again, 1, 28);
        Assert.InRange(change.Plan.NeededBytes, 70L << 30, h100.MemoryBytes);
        Assert.InRange(change.Plan.HostBytes, 78L << 30, 80L << 30);
        Assert.InRange(change.Plan.ForecastRate, 3000, change.Plan.LimitRate);
    }

    [Fact]
    public void A_run_that_does_not_fit_is_refused_before_anything_is_loaded()
    {
        (int code, string output, string error) = TinyRun.Run("train", _model.Config, "--set", "recompute=none");
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("molengine: virtual sm_80: memory: expected ", error);
        Assert.Contains(" GiB free, got 8.0 GiB: --set micro_batch=1 would need ", error);
        Assert.All(
            "weights,gradients,optimizer,activations,workspace,context,needed".Split(','),
            part => Assert.Matches($@"\nmolengine: +[0-9.,]+ [MG]iB  {part}\n", error));
        Assert.False(Directory.Exists(_model.Output));
    }

    public void Dispose() => _model.Dispose();

    private static GpuModel Gpu(long bytes) => GpuModel.Find("a100")! with { MemoryBytes = bytes };

    private RunConfig Load(string[] settings) =>
        RunConfigLoader.Load(_model.Config, ["recompute=none", .. settings]);

    private RunPlan Plan(string[] settings, GpuModel? gpu = null) =>
        RunPlanner.Plan(Load(settings), gpu ?? Gpu(1L << 40));
}
