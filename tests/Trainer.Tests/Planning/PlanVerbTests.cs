using System.Globalization;
using System.Text.RegularExpressions;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Planning;

public sealed class PlanVerbTests : IDisposable
{
    private readonly LargeModel _model = new();

    [Fact]
    public void A_run_that_fits_shows_memory_and_speed()
    {
        (int code, string output, string error) = TinyRun.Run("plan", _model.Config);
        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"^GPU +H100 SXM \(sm_90, 79\.6 GiB\)\n", output);
        Assert.All(
            "weights,gradients,optimizer,activations,workspace,context,needed".Split(','),
            part => Assert.Matches($@"\n{part} +[0-9.,]+ [MG]iB\n", output));
        Assert.Matches(@"\nwork +[0-9.]+ GFLOP a token, [0-9.]+ MB moved outside of products\n", output);
        Assert.Matches(@"\nspeed +[0-9,]+ tokens/s expected; [0-9,]+ at the GPU's limits\n", output);
        Assert.Matches(TimeOf(_model), output);
        Assert.False(Directory.Exists(_model.Output));
    }

    [Fact]
    public void A_run_that_does_not_fit_names_the_change_that_would()
    {
        string[] plan = ["plan", _model.Config, "--set", "micro_batch=8", "--set", "recompute=none", "--gpu", "l4"];
        (int code, string output, string error) = TinyRun.Run(plan);
        Assert.Equal((1, ""), (code, error));
        Assert.Matches(@"\ndoes not fit +--set micro_batch=1 would need [0-9.]+ GiB\n$", output);
        Assert.Equal(0, TinyRun.Run([.. plan, "--set", "micro_batch=1"]).Code);
    }

    /// <summary>Attention runs once for each layer of the base, and once for each of the student.</summary>
    [Fact]
    public void Kernels_of_a_micro_batch_are_counted()
    {
        (int code, string output, string error) = TinyRun.Run("plan", _model.Config, "--kernels");
        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"\nrecompute +0 of 10 layers\n", output);
        Match all = Regex.Match(output, @"\n +([0-9,]+) +([0-9.,]+)  all\n$");
        Assert.Matches(
            $@"\nmicro-batch +16,384 tokens: {all.Groups[1].Value} kernels, [0-9,]+ products, [0-9]+ clears\n", output);
        Assert.Matches(@"\n +20 +[0-9.,]+  attention_bf16_128\n", output);
        MatchCollection lines = Regex.Matches(output, @"\n +([0-9,]+) +[0-9.,]+  [a-z][a-z0-9_]+(?=\n)");
        Assert.Equal(
            2 * int.Parse(all.Groups[1].Value, NumberStyles.AllowThousands),
            lines.Sum(l => int.Parse(l.Groups[1].Value, NumberStyles.AllowThousands)));
    }

    [Fact]
    public void A_gpu_that_is_not_known_is_a_mistake()
    {
        (int code, string output, string error) = TinyRun.Run("plan", _model.Config, "--gpu", "tpu");
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("molengine: --gpu: tpu: expected one of h200, h100, h100-pcie, a100,", error);
    }

    /// <summary>The same tensors as on a GPU, in the host's memory, and time by limits that are measured.</summary>
    [Theory]
    [InlineData("--cpu")]
    [InlineData("--set", "device=cpu")]
    public void The_cpu_is_planned_for_like_a_gpu(params string[] asked)
    {
        (int code, string output, string error) = TinyRun.Run(["plan", _model.Config, .. asked]);
        Assert.Equal("", error);
        Assert.Equal(output.Contains("does not fit", StringComparison.Ordinal) ? 1 : 0, code);
        Assert.Matches(
            @"^CPU +.+ \([0-9.,]+ [MG]iB free, [0-9,]+ GFLOP/s and [0-9,]+ GB/s on [0-9]+ threads?,", output);
        Assert.Matches(@"\nprogram +256\.0 MiB\n", output);
        Assert.Matches(@"\nspeed +[1-9][0-9,]* tokens/s expected; [0-9,]+ at the CPU's limits\n", output);
        Assert.Matches(TimeOf(_model), output);
        Assert.DoesNotContain("\nmicro-batch", output);
    }

    /// <summary>Epochs have as many steps as the data gives: as training reads it.</summary>
    [Fact]
    public void Time_of_a_run_by_epochs_is_that_of_its_data()
    {
        using var tiny = new TinyRun();
        string[] epochs = ["--set", "steps=null", "--set", "epochs=2"];
        string plan = TinyRun.Ok(["plan", tiny.Config, .. epochs]);
        string said = TinyRun.Ok(["train", tiny.Config, .. epochs]);
        Match steps = Regex.Match(said, @"\nplan +(.+?) of ([0-9]+ rows?)");
        Assert.True(steps.Success, said);
        Assert.Contains($" expected for {steps.Groups[1].Value} of {steps.Groups[2].Value};", plan);
    }

    [Fact]
    public void A_gpu_and_the_cpu_at_once_are_a_mistake()
    {
        (int code, _, string error) = TinyRun.Run("plan", _model.Config, "--gpu", "l4", "--cpu");
        Assert.Equal(2, code);
        Assert.StartsWith("molengine: --cpu: expected either a GPU or the CPU, got --gpu l4, too.", error);
    }

    private static string TimeOf(LargeModel model)
    {
        RunConfig run = RunConfigLoader.Load(model.Config);
        return $@"\ntime +[0-9].* expected for {run.Order.Steps:N0} steps? of {run.Order.GlobalBatch:N0} rows?; ";
    }

    public void Dispose() => _model.Dispose();
}
