using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Cli;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Planning;

/// <summary>A change of a config that makes a run fit a GPU.</summary>
/// <param name="Settings">As <c>--set</c> takes them.</param>
internal sealed record FittingChange(string Settings, RunPlan Plan)
{
    private const int LeastContext = 512;

    /// <summary>
    /// The first that fits, of changes from the one that costs least: they change no result as long as they can.
    /// </summary>
    public static FittingChange? Find(RunConfig run, GpuModel device)
    {
        foreach ((string settings, RunConfig changed) in Candidates(run))
        {
            RunPlan plan = RunPlanner.Plan(changed, device);
            if (plan.Fits)
                return new FittingChange(settings, plan);
        }

        return null;
    }

    /// <summary>For people: what to do where a run does not fit.</summary>
    public static string Sentence(RunConfig run, GpuModel device) => Find(run, device) is { } change
        ? $"{string.Join(' ', change.Settings.Split(' ').Select(s => $"--set {s}"))} would need "
            + FactLines.Size(change.Plan.NeededBytes)
        : "no setting of it does: take a smaller model, or a GPU with more memory";

    private static IEnumerable<(string Settings, RunConfig Changed)> Candidates(RunConfig run)
    {
        RunConfig one = run with { MicroBatch = 1 }, layer = run with { Recompute = RecomputeKind.Layer };
        if (run.MicroBatch > 1)
            yield return ("micro_batch=1", one);
        if (run.Recompute == RecomputeKind.None)
            yield return ("recompute=layer", layer);
        if (run.MicroBatch > 1 && run.Recompute == RecomputeKind.None)
            yield return ("micro_batch=1 recompute=layer", one with { Recompute = RecomputeKind.Layer });
        RunConfig least = one with { Recompute = RecomputeKind.Layer };
        string before = "micro_batch=1 recompute=layer";
        for (int context = run.Data.Context / 2; context >= LeastContext; context /= 2)
        {
            yield return (
                $"{before} data.context={context}", least with { Data = run.Data with { Context = context } });
        }

        for (int rank = run.Lora.Rank / 2; run.Method == TrainingMethod.Lora && rank >= 8; rank /= 2)
        {
            yield return ($"{before} lora.rank={rank}", least with
            {
                Lora = run.Lora with { Rank = rank, Alpha = run.Lora.Alpha * rank / run.Lora.Rank },
            });
        }

        if (run.Method == TrainingMethod.Full)
            yield return ($"{before} method=lora", least with { Method = TrainingMethod.Lora });
    }
}
