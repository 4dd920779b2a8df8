using MolEngine.Engine.Losses;
using MolEngine.Engine.Optim;
using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Planning;
using MolEngine.Trainer.Tests.Planning;

namespace MolEngine.Trainer.Tests.Experiments;

/// <summary>
/// The specs of the paper's own runs say what the paper does, and fit a GPU: a folder with the numbers of the published
/// config.json stands in for each model's download.
/// </summary>
public sealed class PaperExampleTests
{
    private static string Folder => Path.Combine(Support.Shared.Repository, "examples", "paper");

    [Fact]
    public void Qwen3_8B_learns_by_an_adapter()
    {
        using var model = new LargeModel(
            ("vocab_size", 151_936), ("hidden_size", 4096), ("intermediate_size", 12_288), ("num_hidden_layers", 36),
            ("num_attention_heads", 32), ("num_key_value_heads", 8), ("max_position_embeddings", 40_960));
        RunConfig run = Load("qwen3-8b-lora.yaml", model);
        Assert.Equal((TrainingMethod.Lora, 64, 1e-4, 128), (
            run.Method, run.Lora.Rank, run.Optimizer.LearningRate, run.Order.GlobalBatch));
        AssertCommon(run);
        RunPlan plan = RunPlanner.Plan(run, GpuModel.Find("h100")!);
        Assert.True(plan.Fits, string.Join("\n", plan.Table));
    }

    [Fact]
    public void Qwen2_5_7B_learns_with_all_its_parameters()
    {
        using var model = new LargeModel(
            ("vocab_size", 152_064), ("hidden_size", 3584), ("intermediate_size", 18_944), ("num_hidden_layers", 28),
            ("num_attention_heads", 28), ("num_key_value_heads", 4), ("max_position_embeddings", 32_768));
        RunConfig run = Load("qwen2.5-7b-full.yaml", model);
        Assert.Equal(
            (TrainingMethod.Full, 1e-5, 1024), (run.Method, run.Optimizer.LearningRate, run.Order.GlobalBatch));
        AssertCommon(run);
        RunPlan plan = RunPlanner.Plan(run, GpuModel.Find("h100")!);
        Assert.True(plan.Fits, string.Join("\n", plan.Table));
    }

    private static void AssertCommon(RunConfig run)
    {
        Assert.Equal((8192, 1.0, 1.3), (run.Data.Context, run.Order.Ratio, run.Order.Epochs));
        Assert.Equal((LossKind.Mol, 0.01), (run.Loss.Kind, run.Loss.Options.Alpha));
        Assert.Equal((ScheduleKind.Cosine, 0.1), (run.Optimizer.Schedule, run.Optimizer.WarmupRatio));
    }

    private static RunConfig Load(string file, LargeModel model) => RunConfigLoader.Load(
        Path.Combine(Folder, file), [$"model={model.Model}", $"output={model.Output}"], inputsMayBeAbsent: true);
}
