using System.Text.Json.Nodes;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Devices;

/// <summary>Training by the CUDA backend, kernels and all, on the virtual GPU.</summary>
public sealed class VirtualTrainingTests(VirtualRuns runs) : IClassFixture<VirtualRuns>
{
    public static TheoryData<string, string> Runs =>
        new() { { "lora", "fp32" }, { "lora", "bf16" }, { "full", "fp32" }, { "full", "bf16" } };

    [Theory]
    [MemberData(nameof(Runs))]
    public void The_domain_is_learned(string method, string precision)
    {
        JsonObject[] lines = VirtualRuns.Metrics(runs.Whole(method, precision));
        JsonObject first = lines[0], last = lines[^1];
        Assert.True(VirtualRuns.Number(last["ce"]!["bees"]) < 0.95 * VirtualRuns.Number(first["ce"]!["bees"]));

        // At the start student and base are one model, bf16 copies of masters included.
        Assert.InRange(VirtualRuns.Number(first["kl"]!["bees"]), 0, 1e-11);
        Assert.True(VirtualRuns.Number(last["kl"]!["bees"]) > 1e-3);
        Assert.True(lines[1]["device_memory_bytes"]!.GetValue<long>() > 1 << 16);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Splits_and_recomputation_change_no_bit(string method, string precision) => SmallRun.AssertSame(
        runs.Whole(method, precision),
        runs.Train(VirtualRuns.Settings(
            method, precision, "micro_batch=1", method == "lora" ? "recompute=layer" : "recompute=full")));

    /// <summary>In the host's memory the optimizer finds and leaves the same; a run may go on either way.</summary>
    [Theory]
    [InlineData("full", "bf16")]
    [InlineData("lora", "fp32")]
    public void Offloading_changes_no_bit(string method, string precision)
    {
        RunConfig run = runs.Load(VirtualRuns.Settings(method, precision, "optimizer.offload=true"));
        SmallRun.Interrupt(run, "step 2/4");
        string parts = run.Output;
        SmallRun.Train(SmallRun.Reload(parts, "optimizer.offload=false"), resume: true);
        SmallRun.AssertSame(runs.Whole(method, precision), parts);
        SmallRun.AssertSame(
            runs.Whole(method, precision),
            runs.Train(VirtualRuns.Settings(method, precision, "optimizer.offload=true")));
    }

    /// <summary>The first half is the same run a second time; the other is taken in one piece.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void An_interrupted_run_goes_on_to_the_bit(string method, string precision)
    {
        string parts = Half(method, precision);
        SmallRun.Train(SmallRun.Reload(parts, "micro_batch=3"), resume: true);
        SmallRun.AssertSame(runs.Whole(method, precision), parts);
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("full")]
    public void In_fp32_it_ends_where_the_cpu_ends(string method)
    {
        string cpu = runs.Whole(method, "cpu"), gpu = runs.Whole(method, "fp32");
        Assert.InRange(VirtualRuns.Distance(VirtualRuns.Saved(cpu, method), VirtualRuns.Saved(gpu, method)), 0, 1e-4);
        foreach ((double expected, double got) in Losses(cpu).Zip(Losses(gpu)))
            Assert.InRange(got / expected, 1 - 1e-6, 1 + 1e-6);
    }

    /// <summary>A bf16 number is off by up to 0.4 %; of a run's learning most must be the same.</summary>
    [Theory]
    [InlineData("lora")]
    [InlineData("full")]
    public void In_bf16_it_ends_near(string method)
    {
        string cpu = runs.Whole(method, "cpu"), gpu = runs.Whole(method, "bf16");
        double distance = VirtualRuns.Distance(VirtualRuns.Saved(cpu, method), VirtualRuns.Saved(gpu, method));
        Assert.InRange(distance, 1e-5, method == "lora" ? 0.15 : 0.02);
        foreach ((double expected, double got) in Losses(cpu).Zip(Losses(gpu)))
            Assert.InRange(got / expected, 0.99, 1.01);
    }

    [Fact]
    public void A_run_goes_on_elsewhere_in_the_same_precision_alone()
    {
        string run = Half("lora", "fp32");
        foreach (string[] other in new string[][] { ["precision=bf16"], ["precision=auto"] })
        {
            string message = Assert.Throws<UserException>(
                () => SmallRun.Train(SmallRun.Reload(run, other), resume: true)).Message;
            Assert.Contains("precision: fp32 in the run, bf16 now", message);
        }

        SmallRun.Train(SmallRun.Reload(run, "device=cpu", "precision=auto"), resume: true);
        double distance = VirtualRuns.Distance(
            VirtualRuns.Saved(runs.Whole("lora", "fp32"), "lora"), VirtualRuns.Saved(run, "lora"));
        Assert.InRange(distance, 1e-9, 1e-4);
    }

    /// <summary>A run that was interrupted after two of its four steps.</summary>
    private string Half(string method, string precision)
    {
        var run = runs.Load(VirtualRuns.Settings(method, precision));
        SmallRun.Interrupt(run, "step 2/4");
        return run.Output;
    }

    private static IEnumerable<double> Losses(string folder) => VirtualRuns.Metrics(folder)
        .Where(l => l.ContainsKey("loss")).Select(l => VirtualRuns.Number(l["loss"]));
}
