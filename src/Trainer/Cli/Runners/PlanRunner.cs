using MolEngine.Basics.Text;
using MolEngine.Engine.Models;
using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Planning;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Cli.Runners;

internal static class PlanRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(RunConfig run, GpuModel device, bool showsKernels, CommandContext context)
    {
        RunLength length = Length(run, context);
        run = length.In(run);
        RunPlan plan = RunPlanner.Plan(run, device);
        if (HostModel.Is(device))
            context.Fact("CPU", $"{device.Name} ({ShownSize.Of(device.MemoryBytes)} free, {Limits(device, run)})");
        else
            context.Fact("GPU", $"{device.Name} (sm_{device.Capability.Number}, {ShownSize.Of(device.MemoryBytes)})");
        foreach ((string what, long bytes) in plan.Table)
            context.Fact(what, $"{ShownSize.Of(bytes),12}");
        Describe(plan, length, run.Device.Precision == PrecisionKind.Bf16, context);
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

    private static RunLength Length(RunConfig run, CommandContext context)
    {
        using IRunDisplay display = context.OpenDisplay(context.Error);
        RunLength length = RunLength.Of(run, display, context.Interrupted);
        display.Doing(null);
        return length;
    }

    private static string Limits(GpuModel host, RunConfig run) =>
        $"{host.Bf16Flops / 1e9:N0} GFLOP/s and {host.MemoryBandwidth / 1e9:N0} GB/s on "
            + $"{Counts.Of(run.Threads, "thread")}, measured now";

    private static void Describe(RunPlan plan, RunLength length, bool inBf16, CommandContext context)
    {
        double perToken = (plan.Work.ProductFlops + plan.AttentionFlops) / plan.TokensPerStep;
        string flops = perToken < 1e9 ? $"{perToken / 1e6:N1} MFLOP" : $"{perToken / 1e9:N1} GFLOP";
        double moved = plan.Work.KernelBytes / plan.TokensPerStep;
        context.Fact("work", $"{flops} a token, {moved / 1e6:N1} MB moved outside of products");
        if (plan.LayersAgain is var (again, layers))
            context.Fact("recompute", $"{again} of {layers} layers");
        bool isOnHost = HostModel.Is(plan.Device);
        if (!isOnHost)
        {
            QueuedWork queued = plan.MicroBatch;
            context.Fact(
                "micro-batch",
                $"{plan.MicroTokens:N0} tokens: {queued.Launches:N0} kernels, {queued.Products:N0} products, "
                    + Counts.Of(queued.Clears, "clear"));
        }

        context.Fact(
            "speed",
            $"{plan.ForecastRate:N0} tokens/s expected; {plan.LimitRate:N0} at the "
                + $"{(isOnHost ? "CPU" : "GPU")}'s limits");
        if (isOnHost && inBf16)
        {
            context.Fact(
                "", "in fp32: bf16 products are faster where the processor has instructions for them (doctor)");
        }

        TimeSpan time = TimeSpan.FromSeconds(length.Tokens / plan.ForecastRate);
        context.Fact(
            "time",
            $"{Numbers.Duration(time)} expected for {Counts.Of(length.Steps, "step")} of "
                + $"{Counts.Of(length.GlobalBatch, "row")}; validation, questions and saving come on top");
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
