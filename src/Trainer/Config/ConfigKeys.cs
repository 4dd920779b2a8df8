using MolEngine.Data.Settings;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Optim;
using MolEngine.Evaluation;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Devices;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>
/// Every key of a run config: its path, type, check, default in words and one line of help. Parsing, <c>--set</c>, the
/// manual and the resolved config are made from this table; the defaults themselves stand where the records are built,
/// in <see cref="RunConfigLoader"/>.
/// </summary>
internal static class ConfigKeys
{
    public static readonly ConfigKey<string> Model = new(
        "model", KeyTypes.Text, "required",
        "Model folder: config.json, tokenizer files and, unless init is random, safetensors.", s => s.Length > 0);
    public static readonly ConfigKey<InitKind> InitKind = new(
        "init.kind", KeyTypes.OneOf<InitKind>(), "pretrained",
        "pretrained reads the folder's weights; random draws them (also: `init: random`).");
    public static readonly ConfigKey<long> InitSeed = new(
        "init.seed", KeyTypes.Long, "seed",
        "Seed of the random weights.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<string> Output = new(
        "output", KeyTypes.Text, "required",
        "Run directory; it must be absent or empty.", s => s.Length > 0);
    public static readonly ConfigKey<long> Seed = new(
        "seed", KeyTypes.Long, "42",
        "Seed of the order of rows, LoRA's start and dropout.", x => x >= 0, "of at least 0");

    public static readonly ConfigKey<int> MicroBatch = new(
        "micro_batch", KeyTypes.Int, "1",
        "Rows computed at once; changes memory and speed, never the result (with cublaslt by rounding).",
        x => x is >= 1 and <= OrderKeys.MaxBatch, $"from 1 to {OrderKeys.MaxBatch}");

    public static readonly ConfigKey<LossKind> LossKind = new(
        "loss.kind", KeyTypes.OneOf<LossKind>(), "mol",
        "mol mixes CE and KL by corpus; ce has no base model; kl only holds to it (also: `loss: ce`).");
    public static readonly ConfigKey<double> LossAlpha = new(
        "loss.alpha", KeyTypes.Number, "0.01",
        "Weight of KL on domain text and of CE on general text.", x => x is >= 0 and <= 1, "from 0 to 1");
    public static readonly ConfigKey<int> LossTopN = new(
        "loss.top_n", KeyTypes.Int, "31",
        "Tokens of the base model that KL sees one by one; the rest is one class.",
        x => x is >= 1 and <= 127, "from 1 to 127");

    public static readonly ConfigKey<TrainingMethod> Method = new(
        "method", KeyTypes.OneOf<TrainingMethod>(), "lora",
        "lora trains adapters; full trains every parameter.");
    public static readonly ConfigKey<int> LoraRank = new(
        "lora.rank", KeyTypes.Int, "64",
        "Rank r of the adapters.", x => x >= 1, "of at least 1");
    public static readonly ConfigKey<double> LoraAlpha = new(
        "lora.alpha", KeyTypes.Number, "2 x lora.rank",
        "Adapters are scaled by alpha / r.", x => x > 0, "above 0");
    public static readonly ConfigKey<bool> LoraRsLora = new(
        "lora.use_rslora", KeyTypes.Bool, "false",
        "Scale by alpha / sqrt(r) instead.");
    public static readonly ConfigKey<double> LoraDropout = new(
        "lora.dropout", KeyTypes.Number, "0",
        "Dropout on the adapters' inputs.", x => x is >= 0 and < 1, "from 0 to below 1");
    public static readonly ConfigKey<IReadOnlyList<string>> LoraTargets = new(
        "lora.target_modules", KeyTypes.Names, "all seven projections", "Modules that get an adapter.",
        x => x.Count > 0 && x.Distinct().Count() == x.Count && x.All(LoraConfig.AllProjections.Contains),
        $"from {string.Join(", ", LoraConfig.AllProjections)}, each at most once");

    public static readonly ConfigKey<string> LoraFrom = new(
        "lora.from", KeyTypes.Text, "a new adapter",
        "PEFT adapter that training starts from; rank, alpha, use_rslora and target_modules are its own.",
        s => s.Length > 0);

    public static readonly ConfigKey<double> LearningRate = new(
        "optimizer.learning_rate", KeyTypes.Number, "1e-4 for lora, 1e-5 for full",
        "Peak learning rate of AdamW.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<IReadOnlyList<double>> Betas = new(
        "optimizer.betas", KeyTypes.Numbers, "[0.9, 0.95]",
        "AdamW's decay rates of the two moments.",
        x => x.Count == 2 && x.All(b => b is >= 0 and < 1), "(two, from 0 to below 1)");
    public static readonly ConfigKey<double> Eps = new(
        "optimizer.eps", KeyTypes.Number, "1e-8",
        "AdamW's epsilon.", x => x > 0, "above 0");
    public static readonly ConfigKey<double> WeightDecay = new(
        "optimizer.weight_decay", KeyTypes.Number, "0 for lora, 0.1 for full",
        "Decoupled decay, on matrices only.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<double> Clip = new(
        "optimizer.clip", KeyTypes.Number, "1",
        "Largest gradient norm; 0 clips nothing.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<ScheduleKind> Schedule = new(
        "optimizer.schedule", KeyTypes.OneOf<ScheduleKind>(), "cosine",
        "Learning rate after the warm-up.");
    public static readonly ConfigKey<double> WarmupRatio = new(
        "optimizer.warmup_ratio", KeyTypes.Number, "0.1",
        "Part of the steps in which the learning rate rises. Or give warmup_steps.",
        x => x is >= 0 and <= 1, "from 0 to 1");
    public static readonly ConfigKey<long> WarmupSteps = new(
        "optimizer.warmup_steps", KeyTypes.Long, "from warmup_ratio",
        "Steps in which the learning rate rises, instead of warmup_ratio.",
        x => x is >= 0 and <= OrderKeys.MaxSteps, $"from 0 to {OrderKeys.MaxSteps}");

    public static readonly ConfigKey<bool> Offload = new(
        "optimizer.offload", KeyTypes.Bool, "false",
        "Moments and fp32 master weights lie in pinned memory of the host, and a GPU updates them across the bus once a "
        + "step: less memory of the GPU, same bits.");

    public static readonly ConfigKey<RecomputeKind> Recompute = new(
        "recompute", KeyTypes.OneOf<RecomputeKind>(), "none",
        "layer keeps only each layer's input and computes the rest again: less memory, same bits. full keeps the input of "
        + "every k-th layer alone, k the root of their number: least memory, one more forward pass.");
    public static readonly ConfigKey<int> ValidateEvery = new(
        "validate.every", KeyTypes.Int, "50",
        "Steps between validations; 0 never validates.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<int> ValidateDocuments = new(
        "validate.documents", KeyTypes.Int, "100",
        "Held-out documents of each corpus that a validation reads.", x => x >= 1, "of at least 1");
    public static readonly ConfigKey<int> Samples = new(
        "samples", KeyTypes.Int, "3",
        "Held-out documents that the report lets the model continue, before and after; 0 is none.",
        x => x is >= 0 and <= 100, "from 0 to 100");

    public static readonly ConfigKey<int> CheckpointEvery = new(
        "checkpoint.every", KeyTypes.Int, "50",
        "Steps between checkpoints; 0 saves only a run that is interrupted.", x => x >= 0, "of at least 0");

    public static readonly ConfigKey<string> CheckpointKeep = new(
        "checkpoint.keep", KeyTypes.Text, "last 2",
        "Checkpoints that stay: `last N`, or `best` (the newest, and the lowest validation loss).",
        x => KeepPolicy.Parse(x) is not null, "of the form `last N` or `best`");

    public static readonly ConfigKey<int> Threads = new(
        "threads", KeyTypes.Int, "0",
        "Threads of the CPU, never more than one a core; 0 takes every core. The result does not depend on it.",
        x => x is >= 0 and <= 4096, "from 0 to 4096");

    /// <summary>In the order of the manual and of the resolved config.</summary>
    private static readonly IReadOnlyList<ConfigKey> All =
    [
        Model, InitKind, InitSeed, Output, Seed,
        .. DataKeys.All,
        .. OrderKeys.All, MicroBatch,
        LossKind, LossAlpha, LossTopN,
        Method, LoraRank, LoraAlpha, LoraRsLora, LoraDropout, LoraTargets, LoraFrom,
        LearningRate, Betas, Eps, WeightDecay, Clip, Schedule, WarmupRatio, WarmupSteps,
        Offload, Recompute, ValidateEvery, ValidateDocuments, .. QuestionKeys.All, Samples,
        CheckpointEvery, CheckpointKeep, .. DeviceKeys.All, Threads,
    ];

    /// <summary>
    /// Sections that may be written as one value: <c>init: random</c> is <c>init: {kind: random}</c>.
    /// </summary>
    private static readonly IReadOnlyDictionary<string, ConfigKey> Shorthands =
        new Dictionary<string, ConfigKey>
        {
            ["init"] = InitKind,
            ["loss"] = LossKind,
            [QuestionKeys.Section] = QuestionKeys.Path,
        };

    /// <summary>What other trainers call a key: an unknown key of such a name is told ours.</summary>
    private static readonly IReadOnlyDictionary<string, ConfigKey> NamesElsewhere = Index(
        (Model, "model_name_or_path base_model"),
        (Output, "output_dir"),
        (DataKeys.Context, "max_seq_length max_length sequence_len cutoff_len"),
        (OrderKeys.Epochs, "num_train_epochs num_epochs"),
        (OrderKeys.Steps, "max_steps"),
        (OrderKeys.GlobalBatch, "batch_size"),
        (MicroBatch, "per_device_train_batch_size micro_batch_size"),
        (Method, "finetuning_type"),
        (LoraRank, "r lora_r lora_rank"),
        (LoraAlpha, "lora_alpha"),
        (LoraDropout, "lora_dropout"),
        (LoraTargets, "lora_target lora_target_modules"),
        (LearningRate, "lr learning_rate"),
        (Eps, "adam_epsilon"),
        (Clip, "max_grad_norm"),
        (Schedule, "lr_scheduler lr_scheduler_type"),
        (Recompute, "gradient_checkpointing"),
        (ValidateEvery, "eval_steps"));

    /// <summary>The keys of a run, for reading its config.</summary>
    public static readonly KeyTable Table = new(All, ProgramCommand.With("train --help"))
    {
        Shorthands = Shorthands,
        NamesElsewhere = NamesElsewhere,
        Alternatives = [(OrderKeys.Epochs, OrderKeys.Steps), (WarmupRatio, WarmupSteps)],
    };

    private static Dictionary<string, ConfigKey> Index(params (ConfigKey Key, string Names)[] keys) =>
        keys.SelectMany(k => k.Names.Split(' '), (k, name) => (k.Key, name)).ToDictionary(x => x.name, x => x.Key);
}
