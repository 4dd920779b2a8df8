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
    public static int Run(RunConfig run, GpuModel device, bool showsKernels, CommandContext context)
    {
        RunPlan plan = RunPlanner.Plan(run, device);
        context.Fact("GPU", $"{device.Name} (sm_{device.Capability.Number}, {ShownSize.Of(device.MemoryBytes)})");
        foreach ((string what, long bytes) in plan.Table)
            context.Fact(what, $"{ShownSize.Of(bytes),12}");
        Describe(plan, context);
        if (showsKernels)
            DescribeKernels(plan, context);
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
        if (plan.LayersAgain is var (again, layers))
            context.Fact("recompute", $"{again} of {layers} layers");
        QueuedWork queued = plan.MicroBatch;
        context.Fact(
            "micro-batch",
            $"{plan.MicroTokens:N0} tokens: {queued.Launches:N0} kernels, {queued.Products:N0} products, "
                + Counts.Of(queued.Clears, "clear"));
        context.Fact("speed", $"{plan.ForecastRate:N0} tokens/s expected; {plan.LimitRate:N0} at the GPU's limits");
    }

    /// <summary>A line for each kernel of a micro-batch, those that move most first.</summary>
    private static void DescribeKernels(RunPlan plan, CommandContext context)
    {
        context.Out.WriteLine();
        context.Out.WriteLine($"{"launches",8} {"KB a token",11}  kernel of a micro-batch, products apart");
        foreach ((string kernel, KernelLaunches k) in plan.MicroBatch.Kernels.OrderByDescending(k => k.Value.Bytes))
            Line(k, kernel);
        Line(plan.MicroBatch.Kernels.Values.Aggregate((a, b) => a + b), "all");

        void Line(KernelLaunches k, string what) => context.Out.WriteLine(
            $"{k.Launches,8:N0} {k.Bytes / 1e3 / plan.MicroTokens,11:N2}  {what}");
    }
}
