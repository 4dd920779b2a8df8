using MolEngine.Engine.Models;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Planning;
using MolEngine.Kernels.Tensors;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Planning;
using MolEngine.Trainer.Tests.Devices;
using MolEngine.Trainer.Training;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Trainer.Tests.Planning;

/// <summary>What is planned is what training takes.</summary>
public sealed class RunPlannerTests(VirtualRuns runs) : IClassFixture<VirtualRuns>
{
    private static readonly GpuModel Gpu = GpuModel.Find("a100")!;

    [Theory]
    [InlineData("lora", "bf16", "micro_batch=2")]
    [InlineData("lora", "fp32", "micro_batch=3", "recompute=layer")]
    [InlineData("full", "bf16", "micro_batch=2", "recompute=layer")]
    [InlineData("lora", "bf16", "micro_batch=2", "recompute=full")]
    [InlineData("lora", "fp32", "micro_batch=1", "samples=1")]
    [InlineData("full", "fp32", "micro_batch=1", "loss=ce")]
    [InlineData("full", "bf16", "micro_batch=1", "init=random")]
    [InlineData("full", "bf16", "micro_batch=2", "optimizer.offload=true")]
    [InlineData("full", "fp32", "micro_batch=2", "optimizer.offload=true")]
    [InlineData("lora", "bf16", "micro_batch=3", "optimizer.offload=true")]
    public void Memory_is_that_of_a_step_on_the_virtual_gpu(string method, string precision, params string[] more)
    {
        RunConfig run = runs.Load(VirtualRuns.Settings(method, precision, more));
        RunPlan plan = RunPlanner.Plan(run, Gpu);

        var driver = new VirtualCudaDriver();
        using var ops = CudaBackend.Create(
            driver, 0, KernelImages.Carried, precision == "fp32" ? DType.F32 : DType.BF16);
        using var session = new TrainingSession(run, ops, new ProgressPrinter(TextWriter.Null), CancellationToken.None);
        session.Optimization.Update(session.Rows(0), run.MicroBatch);

        // A step waits once, whatever its micro-batches (here, from the second step on: buffers have grown).
        int waits = driver.Waits;
        session.Optimization.Update(session.Rows(0), run.MicroBatch);
        Assert.Equal(1, driver.Waits - waits);
        _ = Samples.Of(session, CancellationToken.None);
        foreach (((string what, long planned), (string _, long held)) in plan.Memory.Zip(session.Memory))
        {
            // Tables of a micro-batch's documents are in the workspace: real rows have more documents than one.
            if (what == "workspace")
                Assert.InRange(held, 0.8 * planned, planned + (256 << 10));
            else
                Assert.Equal((what, planned), (what, held));
        }

        Assert.Equal(session.Memory.Count, plan.Memory.Count);
        Assert.Equal(session.OffloadedBytes, plan.HostBytes);
        Assert.InRange(driver.HighWaterBytes, 0.95 * plan.HighWaterBytes, 1.05 * plan.HighWaterBytes);
    }

    /// <summary>What is planned for the host is what training takes there, but for workspace.</summary>
    [Theory]
    [InlineData("lora", "micro_batch=2")]
    [InlineData("full", "micro_batch=1", "recompute=layer", "optimizer.offload=true")]
    public void Memory_on_the_host_is_that_of_the_cpu(string method, params string[] more)
    {
        RunConfig run = runs.Load(VirtualRuns.Settings(method, "fp32", more));
        RunPlan plan = RunPlanner.Plan(run, HostModel.Unmeasured);
        using Ops ops = CpuBackend.Create(threads: 1);
        using var session = new TrainingSession(run, ops, new ProgressPrinter(TextWriter.Null), CancellationToken.None);
        Assert.Equal(0, plan.HostBytes);
        foreach (((string what, long planned), (string name, long held)) in plan.Memory.Zip(session.Memory))
        {
            Assert.Equal(name, what);
            if (what != "workspace")
                Assert.InRange(planned, held, (1.05 * held) + (32 << 10));
        }

        Assert.Null(HostModel.TooSmallFor(run, session.TensorBytes));
        Assert.StartsWith("memory: the run's tensors take ", HostModel.TooSmallFor(run, long.MaxValue / 2));
    }

    /// <summary>Benchmarks have their cache in the plan: that of their longest prompt.</summary>
    [Fact]
    public void Benchmarks_have_their_room()
    {
        string data = Directory.CreateDirectory(runs.Tiny.At("benchmarks")).FullName;
        const string Item = """{"question": "Who is it?", "options": ["a bee", "glass"], "right": 0}""";
        File.WriteAllText(Path.Combine(data, "items.jsonl"), Item);
        string task = runs.Tiny.Write("bees.yaml", """
            task: bees
            version: "1"
            kind: multiple_choice
            data: [{test: "**/items.jsonl", options: options, right: right}]
            prompt: "{{question}}"
            choices: texts
            scores: [acc]
            """);
        string[] settings = VirtualRuns.Settings("lora", "fp32", "micro_batch=1");
        RunConfig run = runs.Load([.. settings, $"eval={{tasks: {task}, data: {data}}}"]);
        RunPlan plan = RunPlanner.Plan(run, Gpu);
        Assert.Equal("Who is it? a bee".Length, plan.BenchmarkTokens);

        var driver = new VirtualCudaDriver();
        using var ops = CudaBackend.Create(driver, 0, KernelImages.Carried, DType.F32);
        using var session = new TrainingSession(run, ops, new ProgressPrinter(TextWriter.Null), CancellationToken.None);
        session.Optimization.Update(session.Rows(0), run.MicroBatch);
        long before = driver.HighWaterBytes, without = RunPlanner.Plan(runs.Load(settings), Gpu).HighWaterBytes;
        BenchmarkRound.Rehearse(session, plan.BenchmarkTokens);
        Assert.True(driver.HighWaterBytes > before);
        long planned = plan.HighWaterBytes - without;
        Assert.InRange(driver.HighWaterBytes - before, 0.9 * planned, 1.1 * planned);
    }

    /// <summary>Also of a GPU that no table knows: the kernels' launches keep to its limits.</summary>
    [Fact]
    public void Every_compute_capability_is_planned()
    {
        for (int number = 80; number < 140; number++)
        {
            using var driver = new PlanningDriver(Gpu with { Capability = ComputeCapability.Of(number) });
            using var ops = CudaBackend.Create(driver, 0, KernelImages.Carried, DType.BF16);
            Assert.Equal(
                (number, MultiprocessorLimits.Of(ComputeCapability.Of(number))),
                (ops.Gpu!.Capability.Number, ops.Gpu.Limits));
        }

        RunConfig run = runs.Load(VirtualRuns.Settings("lora", "bf16"));
        RunPlan known = RunPlanner.Plan(run, Gpu);
        foreach (int number in (int[])[103, 121, 139])
        {
            RunPlan plan = RunPlanner.Plan(run, Gpu with { Capability = ComputeCapability.Of(number) });
            Assert.Equal(known.HighWaterBytes, plan.HighWaterBytes);
        }
    }

    /// <summary>A GPU at hand has the limits that its driver tells, whatever the table says.</summary>
    [Fact]
    public void Of_a_GPU_at_hand_the_driver_is_asked()
    {
        DeviceProfile odd = DeviceProfile.Unknown with { BlocksPerMultiprocessor = 7, SharedPerBlockOptIn = 123_456 };
        using var ops = CudaBackend.Create(
            new VirtualCudaDriver(odd), 0, KernelImages.Carried, DType.BF16);
        Assert.Equal(new MultiprocessorLimits(48, 7, 100 << 10, 123_456), ops.Gpu!.Limits);
        using var planning = new PlanningDriver(ops.Gpu);
        using var planned = CudaBackend.Create(planning, 0, KernelImages.Carried, DType.BF16);
        Assert.Equal(ops.Gpu.Limits, planned.Gpu!.Limits);
    }

    /// <summary>Each part by hand, of P parameters of which M are in matrices, with a head tied to E of them.</summary>
    [Fact]
    public void Parts_are_what_the_method_needs()
    {
        // The squared norm of the gradient.
        const int Norm = 8;
        ModelConfig config = ModelConfig.Load(runs.Tiny.Model);
        long Count(Func<TensorSpec, bool> which) =>
            Architectures.Of(config).Tensors(config).Where(which).Sum(s => s.Shape.Count);
        long p = Count(_ => true), m = Count(s => s.Shape.Rank == 2), e = (long)config.VocabSize * config.HiddenSize;

        Assert.Equal(p * 4 + (m * 4) + ((p - m) * 4), Part("full", "bf16", "weights"));
        Assert.Equal((p + e) * 4, Part("full", "bf16", "gradients"));
        Assert.Equal((p * 8) + Norm, Part("full", "bf16", "optimizer"));
        Assert.Equal(p * 8, Part("full", "fp32", "weights"));
        Assert.Equal((p + e) * 4, Part("full", "fp32", "gradients"));

        long adapter = Part("lora", "bf16", "gradients");
        Assert.Equal((m * 2) + ((p - m) * 4) + adapter + (adapter / 2), Part("lora", "bf16", "weights"));
        Assert.Equal((p * 4) + adapter, Part("lora", "fp32", "weights"));
        Assert.Equal((2 * adapter) + Norm, Part("lora", "bf16", "optimizer"));
        Assert.Equal(2 * adapter, Part("lora", "bf16", "gradients", "lora.rank=8"));

        // Offloaded: both moments, and masters of which the model computes with a copy.
        const string Offload = "optimizer.offload=true";
        Assert.All(
            new[] { ("full", "bf16"), ("full", "fp32"), ("lora", "bf16") },
            r => Assert.Equal(0, Part(r.Item1, r.Item2, "optimizer", Offload)));
        Assert.Equal((m * 4) + ((p - m) * 8), Part("full", "bf16", "weights", Offload));
        Assert.Equal(p * 8, Part("full", "fp32", "weights", Offload));
        Assert.Equal((p * 8) + Norm + (m * 4), Plan("full", "bf16", Offload).HostBytes);
        Assert.Equal((p * 8) + Norm, Plan("full", "fp32", Offload).HostBytes);
        Assert.Equal((2 * adapter) + Norm, Plan("lora", "bf16", Offload).HostBytes);
        Assert.Equal(0, Plan("full", "bf16").HostBytes);
    }

    /// <summary>The update of a step costs its bytes across the bus, once, whatever the micro-batches.</summary>
    [Fact]
    public void Offloaded_states_cost_their_way_across_the_bus()
    {
        ModelConfig config = ModelConfig.Load(runs.Tiny.Model);
        long m = Architectures.Of(config).Tensors(config).Where(s => s.Shape.Rank == 2).Sum(s => s.Shape.Count);
        long p = Architectures.Of(config).Tensors(config).Sum(s => s.Shape.Count);
        double Seconds(params string[] more) => Plan("full", "bf16", more).Work.KernelSeconds;

        double here = 30.0 * m + (28.0 * (p - m)), away = (24.0 * m) + (16.0 * (p - m));
        double expected = (away / 2 / Gpu.LinkBandwidth) - (here / Gpu.MemoryBandwidth);
        foreach (string split in (string[])["micro_batch=3", "micro_batch=1"])
        {
            double got = Seconds(split, "optimizer.offload=true") - Seconds(split);
            Assert.Equal(expected, got, 1e-6 * expected);
        }
    }

    /// <summary>A step of one micro-batch and one of three: the update is counted once.</summary>
    [Fact]
    public void A_step_is_its_micro_batches_and_one_update()
    {
        Work one = Plan("full", "bf16", "micro_batch=1", "global_batch=1").Work;
        Work three = Plan("full", "bf16", "micro_batch=1", "global_batch=3").Work;
        Work five = Plan("full", "bf16", "micro_batch=1", "global_batch=5").Work;
        Assert.Equal(3 * one.ProductFlops, three.ProductFlops, 1e-9 * three.ProductFlops);
        Assert.Equal(three.KernelBytes - one.KernelBytes, five.KernelBytes - three.KernelBytes, 1.0);
        Assert.InRange(three.KernelBytes, 1.2 * one.KernelBytes, 2.9 * one.KernelBytes);
    }

    /// <summary>Weights of a folder are as its config says; random ones are fp32, whatever it says.</summary>
    [Fact]
    public void Random_weights_are_fp32()
    {
        using var large = new LargeModel();
        long Weights(string init)
        {
            RunConfig run = RunConfigLoader.Load(large.Config, ["precision=fp32", $"init={init}"]);
            IReadOnlyList<(string What, long Bytes)> memory = RunPlanner.Plan(run, Gpu).Memory;
            return memory.Single(m => m.What == "weights").Bytes - memory.Single(m => m.What == "gradients").Bytes;
        }

        ModelConfig config = ModelConfig.Load(large.Model);
        long parameters = Architectures.Of(config).Tensors(config).Sum(s => s.Shape.Count);
        Assert.Equal(parameters * 2, Weights("pretrained"));
        Assert.Equal(parameters * 4, Weights("random"));
    }

    [Fact]
    public void Activations_follow_micro_batch_precision_and_recomputation()
    {
        long Activations(string precision, params string[] more) => Part("lora", precision, "activations", more);

        long one = Activations("bf16", "micro_batch=1"), two = Activations("bf16", "micro_batch=2");
        long three = Activations("bf16", "micro_batch=3"), fp32 = Activations("fp32", "micro_batch=3");
        Assert.Equal(two - one, three - two, (two - one) * 0.01);
        Assert.InRange(fp32, 1.2 * three, 2 * three);
        Assert.InRange(Activations("bf16", "micro_batch=3", "recompute=layer"), 0.3 * three, 0.85 * three);
    }

    [Fact]
    public void A_gpu_s_limits_are_faster_than_what_is_expected_of_it()
    {
        RunPlan a100 = RunPlanner.Plan(runs.Load(VirtualRuns.Settings("lora", "bf16")), Gpu);
        RunPlan l4 = RunPlanner.Plan(runs.Load(VirtualRuns.Settings("lora", "bf16")), GpuModel.Find("l4")!);
        Assert.Equal(96, a100.TokensPerStep);
        Assert.InRange(a100.ForecastRate, 0.4 * a100.LimitRate, 0.8 * a100.LimitRate);
        Assert.InRange(l4.LimitRate, a100.LimitRate / 10, a100.LimitRate / 2);
    }

    private RunPlan Plan(string method, string precision, params string[] more) =>
        RunPlanner.Plan(runs.Load(VirtualRuns.Settings(method, precision, more)), Gpu);

    private long Part(string method, string precision, string what, params string[] more) =>
        Plan(method, precision, more).Memory.Single(m => m.What == what).Bytes;
}
