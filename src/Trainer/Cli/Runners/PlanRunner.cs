using MolEngine.Basics.Text;
using MolEngine.Engine.Models;
using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Planning;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Cli.Runners;

internal static class PlanRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(RunConfig run, GpuModel device, CommandContext context)
    {
        RunPlan plan = RunPlanner.Plan(run, device);
        context.Fact("GPU", $"{device.Name} (sm_{device.Capability.Number}, {ShownSize.Of(device.MemoryBytes)})");
        foreach ((string what, long bytes) in plan.Table)
            context.Fact(what, $"{ShownSize.Of(bytes),12}");
        Describe(plan, context);
        if (run.BaseCacheBytes is not null && run.NeedsBase)
        {
            int vocabulary = ModelConfig.Load(run.Model).VocabSize;
            string size = ShownSize.Of(BaseCacheFile.BytesOf(1_000_000, run.Loss.TopN, vocabulary));
            context.Fact("base cache", $"{size} of the disk for a million tokens of the rows");
        }

        if (plan.Fits)
            return ExitCode.Done;
        context.Fact("does not fit", $"{FittingChange.Sentence(run, device, plan.BenchmarkTokens)}");
        return ExitCode.Failed;
    }

    private static void Describe(RunPlan plan, CommandContext context)
    {
        double perToken = (plan.Work.ProductFlops + plan.AttentionFlops) / plan.TokensPerStep;
        context.Fact("work",
            $"{perToken / 1e9:N1} GFLOP a token, {plan.Work.KernelBytes / plan.TokensPerStep / 1e6:N1} MB moved "
                + "outside of products");
        context.Fact("speed", $"{plan.ForecastRate:N0} tokens/s expected; {plan.LimitRate:N0} at the GPU's limits");
    }
}
