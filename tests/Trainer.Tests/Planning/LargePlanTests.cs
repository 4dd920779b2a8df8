using MolEngine.Engine.Models;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Planning;
using MolEngine.Kernels.Tensors;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Planning;
using MolEngine.Trainer.Training;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.Trainer.Tests.Planning;

/// <summary>
/// Plans of models as people train them, against the account of the virtual driver, which holds all that a run
/// allocates and computes nothing. The smallest model alone, where MOLENGINE_PLANS is not "all".
/// </summary>
public sealed class LargePlanTests(ITestOutputHelper output)
{
    private static readonly (string, int)[] Qwen3Small =
    [
        ("vocab_size", 151_936), ("hidden_size", 1024), ("intermediate_size", 3072), ("num_hidden_layers", 28),
        ("num_attention_heads", 16), ("num_key_value_heads", 8),
    ];

    private static readonly (string, int)[] Qwen3 =
    [
        ("vocab_size", 151_936), ("hidden_size", 4096), ("intermediate_size", 12_288), ("num_hidden_layers", 36),
        ("num_attention_heads", 32), ("num_key_value_heads", 8),
    ];

    private static readonly (string, int)[] Qwen2 =
    [
        ("vocab_size", 152_064), ("hidden_size", 3584), ("intermediate_size", 18_944), ("num_hidden_layers", 28),
        ("num_attention_heads", 28), ("num_key_value_heads", 4),
    ];

    public static TheoryData<string, (string, int)[], string[]> Runs
    {
        get
        {
            (string, (string, int)[], string[])[] all =
            [
                ("0.6B LoRA r 64", Qwen3Small, ["lora.rank=64", "data.context=1024", "micro_batch=8"]),
                ("8B LoRA r 64", Qwen3, ["lora.rank=64", "data.context=1024", "micro_batch=8", "recompute=layer"]),
                (
                    "7B full, offloaded", Qwen2,
                    [
                        "method=full", "lora={}", "optimizer.offload=true", "data.context=8192", "micro_batch=1",
                        "recompute=layer",
                    ]),
            ];
            return [.. Environment.GetEnvironmentVariable("MOLENGINE_PLANS") == "all" ? all : all[..1]];
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_plan_is_what_the_driver_gives(string what, (string, int)[] shape, string[] settings)
    {
        using var model = new LargeModel(shape);
        RunConfig run = RunConfigLoader.Load(model.Config, ["init=pretrained", .. settings]);
        RunPlan plan = RunPlanner.Plan(run, GpuModel.Find("h100")!);

        var driver = new VirtualCudaDriver(
            DeviceProfile.Sm90 with { MemoryBytes = 1L << 40 }, new LaunchOptions { DropsWork = true });
        using var ops = CudaBackend.Create(driver, 0, KernelImages.Carried, DType.BF16);
        ModelConfig config = ModelConfig.Load(model.Model);
        using (TrainingSession session = RunPlanner.Session(run, config, ops, Weights(config)))
        {
            (long allocations, long fills) = (driver.Allocations, driver.Fills);
            session.Optimization.Update(session.Rows(0), run.MicroBatch);
            long firstFills = driver.Fills - fills, perUpdate = driver.Fills;
            session.Optimization.Update(session.Rows(0), run.MicroBatch);
            perUpdate = driver.Fills - perUpdate;
            double error = ((double)plan.HighWaterBytes / driver.HighWaterBytes) - 1;
            output.WriteLine(
                $"{what}: planned {MiB(plan.HighWaterBytes)}, given {MiB(driver.HighWaterBytes)} ({error:P2}); "
                + $"{MiB(session.TensorBytes)} of tensors and workspace; {allocations} allocations before the first "
                + $"update, {driver.Allocations} after the second; {firstFills} and {perUpdate} fills an update; "
                + $"{MiB(session.OffloadedBytes)} of the host");
            Assert.InRange(error, -0.05, 0.05);
        }
    }

    private static string MiB(long bytes) => $"{bytes / 1048576.0:F0} MiB";

    /// <summary>Zeros that take no memory, of the config's types and shapes.</summary>
    private static unsafe ModelWeights Weights(ModelConfig config)
    {
        var weights = new Dictionary<string, Tensor>();
        foreach (TensorSpec spec in Architectures.Of(config).Tensors(config))
        {
            nint zeros = (nint)SparseMemory.Allocate((nuint)(spec.Shape.Count * config.StoredType.Size()));
            weights[spec.Name] = new Tensor(spec.Name, config.StoredType, spec.Shape, zeros, owner: null);
        }

        return ModelWeights.FromTensors(config, weights);
    }
}
