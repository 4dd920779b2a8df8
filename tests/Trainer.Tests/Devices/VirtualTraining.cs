using System.Text.Json.Nodes;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Devices;

/// <summary>Training of a method by the CUDA backend, kernels and all, on the virtual GPU.</summary>
/// <param name="runs">The runs of this class.</param>
/// <param name="method">"lora" or "full".</param>
/// <param name="bf16Distance">How far a run in bf16 may end from the CPU's, by <see cref="VirtualRuns.Distance"/>.
/// </param>
public abstract class VirtualTraining(VirtualRuns runs, string method, double bf16Distance)
{
    public static TheoryData<string> Precisions => ["fp32", "bf16"];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void The_domain_is_learned(string precision)
    {
        JsonObject[] lines = VirtualRuns.Metrics(runs.Whole(method, precision));
        JsonObject first = lines[0], last = lines[^1];
        Assert.True(VirtualRuns.Number(last["ce"]!["bees"]) < 0.95 * VirtualRuns.Number(first["ce"]!["bees"]));

        // At the start student and base are one model, bf16 copies of masters included.
        Assert.InRange(VirtualRuns.Number(first["kl"]!["bees"]), 0, 1e-11);
        Assert.True(VirtualRuns.Number(last["kl"]!["bees"]) > 1e-3);
        Assert.True(lines[1]["device_memory_bytes"]!.GetValue<long>() > 1 << 16);
    }

    /// <summary>The first half is taken row by row, with layers computed again, the second in one piece.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void Interruptions_splits_and_recomputation_change_no_bit(string precision)
    {
        string parts = runs.Half(
            method, precision, "micro_batch=1", method == "lora" ? "recompute=layer" : "recompute=full");
        SmallRun.Train(SmallRun.Reload(parts, "micro_batch=3", "recompute=none"), resume: true);
        SmallRun.AssertSame(runs.Whole(method, precision), parts);
    }

    /// <summary>In the host's memory the optimizer finds and leaves the same; a run may go on either way.</summary>
    [Theory]
    [InlineData("true", "false")]
    [InlineData("false", "true")]
    public void Offloading_changes_no_bit(string before, string after)
    {
        string precision = method == "lora" ? "fp32" : "bf16";
        string parts = runs.Half(method, precision, $"optimizer.offload={before}");
        SmallRun.Train(SmallRun.Reload(parts, $"optimizer.offload={after}"), resume: true);
        SmallRun.AssertSame(runs.Whole(method, precision), parts);
    }

    [Fact]
    public void In_fp32_it_ends_where_the_cpu_ends()
    {
        string cpu = runs.Whole(method, "cpu"), gpu = runs.Whole(method, "fp32");
        Assert.InRange(VirtualRuns.Distance(VirtualRuns.Saved(cpu, method), VirtualRuns.Saved(gpu, method)), 0, 1e-4);
        foreach ((double expected, double got) in Losses(cpu).Zip(Losses(gpu)))
            Assert.InRange(got / expected, 1 - 1e-6, 1 + 1e-6);
    }

    /// <summary>A bf16 number is off by up to 0.4 %; of a run's learning most must be the same.</summary>
    [Fact]
    public void In_bf16_it_ends_near()
    {
        string cpu = runs.Whole(method, "cpu"), gpu = runs.Whole(method, "bf16");
        double distance = VirtualRuns.Distance(VirtualRuns.Saved(cpu, method), VirtualRuns.Saved(gpu, method));
        Assert.InRange(distance, 1e-5, bf16Distance);
        foreach ((double expected, double got) in Losses(cpu).Zip(Losses(gpu)))
            Assert.InRange(got / expected, 0.99, 1.01);
    }

    private static IEnumerable<double> Losses(string folder) => VirtualRuns.Metrics(folder)
        .Where(l => l.ContainsKey("loss")).Select(l => VirtualRuns.Number(l["loss"]));
}
