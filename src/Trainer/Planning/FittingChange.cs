using MolEngine.Basics.Text;
using MolEngine.Data.Settings;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Config;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Planning;

/// <summary>A change of a config that makes a run fit a GPU.</summary>
/// <param name="Settings">As <c>--set</c> takes them.</param>
internal sealed record FittingChange(IReadOnlyList<string> Settings, RunPlan Plan)
{
    private const int LeastContext = 512, LeastRank = 8;

    /// <summary>
    /// The first that fits, of changes from the one that costs least: they change no result as long as they can.
    /// </summary>
    /// <param name="benchmarkTokens">As <see cref="RunPlan.BenchmarkTokens"/> has them; null: not known yet.</param>
    public static FittingChange? Find(RunConfig run, GpuModel device, int? benchmarkTokens = null) => Candidates(run)
        .Select(changed => (Settings: Differences(run, changed), changed))
        .Where(c => c.Settings.Length > 0)
        .Select(c => new FittingChange(c.Settings, RunPlanner.Plan(c.changed, device, benchmarkTokens)))
        .FirstOrDefault(c => c.Plan.Fits);

    /// <summary>
    /// What to do where memory ran out although the run was planned to fit: a change that needs less by as much as was
    /// wanted.
    /// </summary>
    public static OutOfDeviceMemoryException Explain(RunConfig run, GpuModel device, OutOfDeviceMemoryException e)
    {
        RunPlan plan = RunPlanner.Plan(run, device);
        long planned = Math.Min(device.MemoryBytes, plan.NeededBytes);
        GpuModel less = device with { MemoryBytes = planned - e.WantedBytes };
        return e.WithAdvice($"To need that much less: {Sentence(run, less, plan.BenchmarkTokens)}.");
    }

    /// <summary>What to do where a run does not fit, for people.</summary>
    /// <inheritdoc cref="Find" path="/param"/>
    public static string Sentence(RunConfig run, GpuModel device, int? benchmarkTokens = null) =>
        Find(run, device, benchmarkTokens) is { } change
        ? $"{string.Join(' ', change.Settings.Select(s => $"--set {s}"))} would need "
            + ShownSize.Of(change.Plan.NeededBytes)
        : "no setting of it does: take a smaller model, or a GPU with more memory";

    private static IEnumerable<RunConfig> Candidates(RunConfig run)
    {
        run = run with { LayersAgain = null };
        RunConfig least = run;
        foreach (RunConfig same in OfSameResult(run))
            yield return least = same;
        for (int context = run.Data.Context / 2; context >= LeastContext; context /= 2)
            yield return least with { Data = run.Data with { Context = context } };
        if (run.Method == TrainingMethod.Full)
            yield return least with { Method = TrainingMethod.Lora, Optimizer = run.Optimizer };
        for (int rank = run.Lora.Rank / 2; run.Method == TrainingMethod.Lora && rank >= LeastRank; rank /= 2)
            yield return least with
            {
                Lora = run.Lora with { Rank = rank, Alpha = run.Lora.Alpha * rank / run.Lora.Rank },
            };
    }

    /// <summary>
    /// Smaller micro-batches cost little, states on the host a moment of each step, recomputation a forward pass and
    /// more. The last needs least. (An adapter's states are small: they stay where they are.)
    /// </summary>
    private static IEnumerable<RunConfig> OfSameResult(RunConfig run)
    {
        bool[] offloads = run.Method == TrainingMethod.Full && !run.Optimizer.Offload
            ? [false, true]
            : [run.Optimizer.Offload];
        return
            from recompute in FromOn(run.Recompute)
            from offload in offloads
            from microBatch in (int[])[run.MicroBatch, 1]
            select run with
            {
                MicroBatch = microBatch,
                Optimizer = run.Optimizer with { Offload = offload },
                Recompute = recompute,
            };
    }

    /// <summary>What keeps no more: to compute nothing again is no help to a plan that chooses.</summary>
    private static IEnumerable<RecomputeKind> FromOn(RecomputeKind kind) => kind == RecomputeKind.Auto
        ? [RecomputeKind.Auto, RecomputeKind.Layer, RecomputeKind.Full]
        : Enum.GetValues<RecomputeKind>().Where(k => k >= kind);

    private static string[] Differences(RunConfig run, RunConfig changed)
    {
        (ConfigKey Key, object Before, object After)[] settings =
        [
            (ConfigKeys.MicroBatch, run.MicroBatch, changed.MicroBatch),
            (OptimizerKeys.Offload, run.Optimizer.Offload, changed.Optimizer.Offload),
            (ConfigKeys.Recompute, run.Recompute, changed.Recompute),
            (DataKeys.Context, run.Data.Context, changed.Data.Context),
            (ConfigKeys.Method, run.Method, changed.Method),
            (LoraKeys.Rank, run.Lora.Rank, changed.Lora.Rank),
        ];
        return
        [
            .. settings.Where(s => !s.Before.Equals(s.After))
                .Select(s => $"{s.Key.Path}={s.After.ToString()!.ToLowerInvariant()}"),
        ];
    }
}
