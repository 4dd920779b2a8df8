using MolEngine.Data.Records;
using MolEngine.Data.Settings;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Optim;
using MolEngine.Evaluation;
using MolEngine.Runs;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Devices;
using MolEngine.Yaml;

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
    Auto,
    None,
    Layer,
    Full,
}

/// <summary>A training run as its config says, with every default filled in and every path found.</summary>
/// <param name="Model">Model folder, absolute.</param>
/// <param name="Output">Run directory, absolute.</param>
/// <param name="Seed">Seed of the order of rows, LoRA's start and dropout.</param>
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
    /// <summary>The resolved config by concrete path.</summary>
    public IReadOnlyDictionary<string, ResolvedValue> Settings { get; init; } = new Dictionary<string, ResolvedValue>();

    /// <summary>Folder of the adapter or model that is stayed close to, absolute; null is the model itself.</summary>
    public string? Base { get; init; }

    /// <summary>Bytes of the disk that what the base says of rows may take; null where nothing is kept.</summary>
    public long? BaseCacheBytes { get; init; }

    /// <summary>What is done where the loss jumps.</summary>
    internal SpikeKind LossSpike { get; init; }

    /// <summary>How validations are judged, and what ends the run before its last step.</summary>
    public StopSettings Stop { get; init; } = StopSettings.None;

    /// <summary>Whether a corpus is trained with a loss that asks for the base's distribution.</summary>
    public bool NeedsBase => Data.Corpora.Count == 0
        ? Loss.Options.NeedsBase
        : Data.Corpora.Any(c => c.Losses?.NeedsBase ?? Loss.Options.NeedsBase);

    internal DeviceSettings Device { get; init; } = DeviceSettings.Default;

    /// <summary>How long a rank waits for another of which it hears nothing.</summary>
    public TimeSpan CollectivesTimeout { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Whether <see cref="Threads"/> are as many as there are cores, as nobody gave their number.</summary>
    public bool TakesAllCores { get; init; }

    /// <summary>What a training step keeps of its forward pass.</summary>
    public Retention Retention => Recompute switch
    {
        RecomputeKind.Auto => LayersAgain is null ? Retention.All : Retention.LayerInputs,
        RecomputeKind.None => Retention.All,
        RecomputeKind.Layer => Retention.LayerInputs,
        _ => Retention.SegmentInputs,
    };

    /// <summary>
    /// How many layers, from the first on, a run on a GPU computes again, by its plan: of
    /// <see cref="RecomputeKind.Auto"/> alone. Null where nothing was planned: there is no GPU.
    /// </summary>
    internal int? LayersAgain { get; init; }

    /// <summary>Null where nothing is asked.</summary>
    public QuestionSettings? Questions { get; init; }

    /// <summary>Null where there are no benchmarks.</summary>
    public BenchmarkSettings? Benchmarks { get; init; }

    /// <summary>
    /// Reads every key of <see cref="ConfigTable"/>, with the checks that take more than one section.
    /// </summary>
    /// <param name="source">What errors call the config.</param>
    internal static RunConfig Build(ConfigValues v, string source)
    {
        string model = InputPaths.Found(
            v, ConfigKeys.Model, v.Require(ConfigKeys.Model, "", source), Directory.Exists, "a model folder", source);
        v.Resolve(ConfigKeys.Model, model);
        string output = Path.GetFullPath(v.Require(ConfigKeys.Output, ".", source));
        v.Resolve(ConfigKeys.Output, output);
        long seed = v.Take(ConfigKeys.Seed);
        OrderSettings order = OrderSettings.Build(v, source, (ulong)seed);
        ValidateSettings validate = new(v.Take(ConfigKeys.ValidateEvery), v.Take(ConfigKeys.ValidateDocuments));
        DataSettings data = DataKeys.Build(
            v, source, LongestContext(model),
            heldOut: validate.Every > 0 ? HeldOutCount.AtMost(validate.Documents) : 0);
        LossSettings loss = LossKeys.Build(v, source, data.Corpora);
        data = data with
        {
            Corpora =
            [
                .. data.Corpora.Select(
                    c => c with { Losses = LossKeys.OwnOf(loss, c.Loss)?.Weights(c.Kind) }),
            ],
        };
        CheckpointSettings checkpoint = CheckpointKeys.Build(v);
        int threads = v.Take(ConfigKeys.Threads);
        RunConfig run = new(
            model,
            new InitSettings(v.Take(ConfigKeys.Init), (ulong)v.TakeOr(ConfigKeys.InitSeed, seed)),
            output,
            (ulong)seed,
            data,
            order,
            BuildMicroBatch(v, source, order, data),
            loss,
            v.Take(ConfigKeys.Method),
            LoraKeys.Build(v, source),
            OptimizerKeys.Build(v, source),
            v.Take(ConfigKeys.Recompute),
            validate,
            v.Take(ConfigKeys.Samples),
            checkpoint,
            threads == 0 ? Environment.ProcessorCount : Math.Min(threads, Environment.ProcessorCount),
            Resolved: "")
        {
            Base = BaseFolder(v, source),
            BaseCacheBytes = BuildBaseCache(v),
            LossSpike = v.Take(ConfigKeys.LossSpike),
            Device = DeviceKeys.Build(v, source),
            CollectivesTimeout = TimeSpan.FromSeconds(v.Take(ConfigKeys.CollectivesTimeout)),
            TakesAllCores = threads == 0,
            Questions = QuestionSettings.Build(v, source),
            Benchmarks = BenchmarkSettings.Build(v, source),
        };
        return run with
        {
            Stop = StopKeys.Build(v, source, validate.Every, checkpoint, data.Corpora, run.NeedsBase),
        };
    }

    /// <summary>A run's directory stands for what the run has saved.</summary>
    private static string? BaseFolder(ConfigValues v, string source)
    {
        if (v.TakeTextIfGiven(ConfigKeys.Base) is not { } given)
            return null;
        string found = InputPaths.Found(
            v, ConfigKeys.Base, given, Directory.Exists, "a folder of an adapter, a model or a finished run", source);
        string folder = RunDirectory.Is(found) ? RunDirectory.SavedIn(found) ?? found : found;
        v.Resolve(ConfigKeys.Base, folder);
        return folder;
    }

    /// <summary>
    /// The model's max_position_embeddings; null where its config cannot be read, which is told when the model is
    /// loaded.
    /// </summary>
    private static int? LongestContext(string model)
    {
        try
        {
            return File.Exists(Path.Combine(model, ModelFiles.ConfigFile))
                ? Math.Max(2, ModelConfig.Load(model).MaxPositionEmbeddings)
                : null;
        }
        catch (UserException)
        {
            return null;
        }
    }

    private static long? BuildBaseCache(ConfigValues v)
    {
        long bytes = v.Take(ConfigKeys.BaseCacheBytes);
        return v.Take(ConfigKeys.BaseCache) ? bytes : null;
    }

    private static int BuildMicroBatch(ConfigValues v, string source, OrderSettings order, DataSettings data)
    {
        int microBatch = v.Take(ConfigKeys.MicroBatch);
        if (microBatch > order.LargestBatch)
        {
            v.Wrong(
                ConfigKeys.MicroBatch, source, 0,
                $"expected at most global_batch ({order.LargestBatch}), got {microBatch}");
        }

        if ((long)microBatch * data.Context > DataKeys.MaxTokens)
        {
            v.Wrong(
                ConfigKeys.MicroBatch, source, 0,
                $"expected at most {DataKeys.MaxTokens} tokens at once (micro_batch x data.context), got "
                + $"{(long)microBatch * data.Context}. Lower micro_batch");
        }

        return microBatch;
    }
}

public sealed record InitSettings(InitKind Kind, ulong Seed);

/// <param name="From">Folder of the PEFT adapter that training starts from, absolute; null starts a new one. Rank,
/// alpha, use_rslora and target_modules are then the adapter's own, and empty here.</param>
public sealed record LoraSettings(
    int Rank, double Alpha, bool UseRsLora, double Dropout, IReadOnlyList<string> TargetModules, string? From);

/// <param name="WeightDecay">On matrices only.</param>
/// <param name="Clip">Largest gradient norm; 0 is none.</param>
/// <param name="Offload">Moments and master weights lie in the host's memory.</param>
/// <param name="WarmupFromZero">The first update has rate 0.</param>
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
    bool WarmupFromZero,
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
