using MolEngine.Data.Settings;
using MolEngine.Engine.Optim;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>The keys under <c>optimizer</c>.</summary>
internal static class OptimizerKeys
{
    public static readonly ConfigKey<double> LearningRate = new(
        "optimizer.learning_rate", KeyTypes.Number,
        Default.By(ConfigKeys.Method, (TrainingMethod.Lora, 1e-4), (TrainingMethod.Full, 1e-5)),
        "Peak learning rate of AdamW.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<IReadOnlyList<double>> Betas = new(
        "optimizer.betas", KeyTypes.Numbers, Default.Of<IReadOnlyList<double>>([0.9, 0.95]),
        "AdamW's decay rates of the two moments.",
        x => x.Count == 2 && x.All(b => b is >= 0 and < 1), "(two, from 0 to below 1)");
    public static readonly ConfigKey<double> Eps = new(
        "optimizer.eps", KeyTypes.Number, 1e-8,
        "AdamW's epsilon.", x => x > 0, "above 0");
    public static readonly ConfigKey<double> WeightDecay = new(
        "optimizer.weight_decay", KeyTypes.Number,
        Default.By(ConfigKeys.Method, (TrainingMethod.Lora, 0.0), (TrainingMethod.Full, 0.1)),
        "Decoupled decay, on matrices only.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<double> Clip = new(
        "optimizer.clip", KeyTypes.Number, 1,
        "Largest gradient norm; 0 clips nothing.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<ScheduleKind> Schedule = new(
        "optimizer.schedule", KeyTypes.OneOf<ScheduleKind>(), ScheduleKind.Cosine,
        "Learning rate after the warm-up.");
    public static readonly ConfigKey<double> WarmupRatio = new(
        "optimizer.warmup_ratio", KeyTypes.Number, Default.Of(0.1).Unless("warmup_steps is given"),
        "Part of the steps in which the learning rate rises. Or give warmup_steps.",
        x => x is >= 0 and <= 1, "from 0 to 1");
    public static readonly ConfigKey<long> WarmupSteps = new(
        "optimizer.warmup_steps", KeyTypes.Long, Default.None("from warmup_ratio"),
        "Steps in which the learning rate rises, instead of warmup_ratio.",
        x => x is >= 0 and <= OrderKeys.MaxSteps, $"from 0 to {OrderKeys.MaxSteps}");
    public static readonly ConfigKey<bool> WarmupFromZero = new(
        "optimizer.warmup_from_zero", KeyTypes.Bool,
        Default.Rule("true where warmup_ratio or warmup_steps is given, else false"),
        "Warm-up starts at 0, as in transformers: the first step changes nothing. Else it starts one step above 0.");

    public static readonly ConfigKey<bool> Offload = new(
        "optimizer.offload", KeyTypes.Bool, false,
        "Moments and fp32 master weights lie in pinned memory of the host, and a GPU updates them across the bus "
        + "once a step: less memory of the GPU, same bits.")
    {
        OnResume = OnResume.Free,
    };

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All =
        [LearningRate, Betas, Eps, WeightDecay, Clip, Schedule, WarmupRatio, WarmupSteps, WarmupFromZero, Offload];

    /// <param name="source">What errors call the config.</param>
    public static OptimizerSettings Build(ConfigValues v, string source)
    {
        if (v.Has(WarmupRatio) && v.Has(WarmupSteps))
        {
            v.Wrong(
                WarmupSteps, source, 0, "expected either warmup_ratio or warmup_steps, got both. Remove one of them");
        }

        IReadOnlyList<double> betas = v.Take(Betas);
        long? warmupSteps = v.TakeIfGiven(WarmupSteps);
        return new OptimizerSettings(
            v.Take(LearningRate),
            betas[0],
            betas[1],
            v.Take(Eps),
            v.Take(WeightDecay),
            v.Take(Clip),
            v.Take(Schedule),
            warmupSteps is null ? v.Take(WarmupRatio) : null,
            warmupSteps,
            v.TakeOr(WarmupFromZero, v.Has(WarmupRatio) || v.Has(WarmupSteps)),
            v.Take(Offload));
    }
}
