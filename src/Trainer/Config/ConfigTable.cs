using MolEngine.Data.Settings;
using MolEngine.Evaluation;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Devices;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>Every key of a run config, from the rooms that own them.</summary>
internal static class ConfigTable
{
    /// <summary>The keys of a run, for reading its config.</summary>
    public static readonly KeyTable Keys = new(
        [
            ConfigKeys.Model, ConfigKeys.Base, ConfigKeys.Init, ConfigKeys.InitSeed, ConfigKeys.Output, ConfigKeys.Seed,
            .. DataKeys.All,
            .. OrderKeys.All, ConfigKeys.MicroBatch,
            .. LossKeys.All,
            ConfigKeys.Method, .. LoraKeys.All, .. OptimizerKeys.All, ConfigKeys.Recompute,
            ConfigKeys.BaseCache, ConfigKeys.BaseCacheBytes, ConfigKeys.LossSpike,
            ConfigKeys.ValidateEvery, ConfigKeys.ValidateDocuments, StopKeys.Metric, .. StopKeys.All,
            .. QuestionKeys.All, .. BenchmarkKeys.All,
            ConfigKeys.Samples,
            .. CheckpointKeys.All, .. DeviceKeys.All, ConfigKeys.Threads, ConfigKeys.CollectivesTimeout,
        ],
        ProgramCommand.With("train --help"))
    {
        Shorthands = new Dictionary<string, ConfigKey>
        {
            ["init"] = ConfigKeys.Init,
            ["loss"] = LossKeys.Kind,
            [$"{CorpusKeys.List}[].loss"] = CorpusKeys.Loss,
            [QuestionKeys.Section] = QuestionKeys.Path,
            [BenchmarkKeys.Section] = BenchmarkKeys.Tasks,
            [DataKeys.HeldOut] = DataKeys.HeldOutDocuments,
            [StopKeys.Section] = StopKeys.Patience,
            ["checkpoint"] = CheckpointKeys.Export,
        },
        NamesElsewhere = Index(
            (ConfigKeys.Model, "model_name_or_path base_model"),
            (ConfigKeys.Output, "output_dir"),
            (DataKeys.Context, "max_seq_length max_length sequence_len cutoff_len"),
            (OrderKeys.Epochs, "num_train_epochs num_epochs"),
            (OrderKeys.Steps, "max_steps"),
            (OrderKeys.GlobalBatch, "batch_size"),
            (ConfigKeys.MicroBatch, "per_device_train_batch_size micro_batch_size"),
            (ConfigKeys.Method, "finetuning_type"),
            (LoraKeys.Rank, "r lora_r lora_rank"),
            (LoraKeys.Alpha, "lora_alpha"),
            (LoraKeys.Dropout, "lora_dropout"),
            (LoraKeys.Targets, "lora_target lora_target_modules"),
            (OptimizerKeys.LearningRate, "lr learning_rate"),
            (OptimizerKeys.Eps, "adam_epsilon"),
            (OptimizerKeys.Clip, "max_grad_norm"),
            (OptimizerKeys.Schedule, "lr_scheduler lr_scheduler_type"),
            (ConfigKeys.Recompute, "gradient_checkpointing"),
            (ConfigKeys.ValidateEvery, "eval_steps"),
            (StopKeys.Metric, "metric_for_best_model"),
            (StopKeys.Patience, "early_stopping_patience early_stopping_steps"),
            (StopKeys.MinChange, "early_stopping_threshold"),
            (CheckpointKeys.Export, "load_best_model_at_end")),
        Alternatives = [(OrderKeys.Epochs, OrderKeys.Steps), (OptimizerKeys.WarmupRatio, OptimizerKeys.WarmupSteps)],
    };

    private static Dictionary<string, ConfigKey> Index(params (ConfigKey Key, string Names)[] keys) =>
        keys.SelectMany(k => k.Names.Split(' '), (k, name) => (k.Key, name)).ToDictionary(x => x.name, x => x.Key);
}
