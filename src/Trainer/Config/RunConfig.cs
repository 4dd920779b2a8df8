using MolEngine.Data.Records;
using MolEngine.Data.Settings;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Optim;
using MolEngine.Evaluation;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Config;

/// <summary>Where the first weights come from.</summary>
public enum InitKind
{
    Pretrained,
    Random,
}

public enum TrainingMethod
{
    Lora,
    Full,
}

public enum RecomputeKind
{
    None,
    Layer,
    Full,
}

/// <summary>A training run as its config says, with every default filled in and every path found.</summary>
/// <param name="Model">Model folder, absolute.</param>
/// <param name="Output">Run directory, absolute.</param>
/// <param name="Seed">Of the order of rows, LoRA's start and dropout.</param>
/// <param name="Samples">Held-out documents that the report lets base and student continue.</param>
/// <param name="Threads">At least 1.</param>
/// <param name="Resolved">The whole config as YAML, every key with its value: what the run directory keeps.</param>
public sealed record RunConfig(
    string Model,
    InitSettings Init,
    string Output,
    ulong Seed,
    DataSettings Data,
    OrderSettings Order,
    int MicroBatch,
    LossSettings Loss,
    TrainingMethod Method,
    LoraSettings Lora,
    OptimizerSettings Optimizer,
    RecomputeKind Recompute,
    ValidateSettings Validate,
    int Samples,
    CheckpointSettings Checkpoint,
    int Threads,
    string Resolved)
{
    /// <summary>The resolved config key by key, as text.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    internal DeviceSettings Device { get; init; } = DeviceSettings.Default;

    /// <summary>What a training step keeps of its forward pass.</summary>
    public Retention Retention => Recompute switch
    {
        RecomputeKind.None => Retention.All,
        RecomputeKind.Layer => Retention.LayerInputs,
        _ => Retention.SegmentInputs,
    };

    /// <summary>Null where nothing is asked.</summary>
    public QuestionSettings? Questions { get; init; }
}

public sealed record InitSettings(InitKind Kind, ulong Seed);

/// <param name="Alpha">Weight of KL on domain text and of CE on general text.</param>
/// <param name="TopN">Tokens of the base model that KL sees one by one.</param>
public sealed record LossSettings(LossKind Kind, double Alpha, int TopN);

/// <param name="From">Folder of the PEFT adapter that training starts from, absolute; null starts a new one. Rank,
/// alpha, use_rslora and target_modules are then the adapter's own, and empty here.</param>
public sealed record LoraSettings(
    int Rank, double Alpha, bool UseRsLora, double Dropout, IReadOnlyList<string> TargetModules, string? From);

/// <param name="WeightDecay">On matrices only.</param>
/// <param name="Clip">Largest gradient norm; 0 is none.</param>
/// <param name="Offload">Moments and master weights lie in the host's memory.</param>
/// <param name="WarmupRatio">Null where <paramref name="WarmupSteps"/> is given; exactly one of them is.</param>
public sealed record OptimizerSettings(
    double LearningRate,
    double Beta1,
    double Beta2,
    double Eps,
    double WeightDecay,
    double Clip,
    ScheduleKind Schedule,
    double? WarmupRatio,
    long? WarmupSteps,
    bool Offload)
{
    /// <summary>
    /// Steps of warm-up of a run of <paramref name="steps"/>: ceil(ratio x steps), as transformers rounds.
    /// </summary>
    public long WarmupOf(long steps) =>
        WarmupSteps ?? LearningRateSchedule.WarmupOf(WarmupRatio!.Value, checked((int)steps));
}

/// <param name="Every">Steps between validations; 0 is never.</param>
/// <param name="Documents">Held-out documents of each corpus that a validation reads, at most.</param>
public sealed record ValidateSettings(int Every, int Documents);

/// <param name="Every">Steps between checkpoints; 0 saves only an interrupted run.</param>
public sealed record CheckpointSettings(int Every, KeepPolicy Keep);
