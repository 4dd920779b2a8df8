using System.Globalization;
using System.Text.RegularExpressions;

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
        Assert.Matches(@"\nspeed +[0-9,]+ tokens/s expected; [0-9,]+ at the GPU's limits\n$", output);
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

    public void Dispose() => _model.Dispose();
}
