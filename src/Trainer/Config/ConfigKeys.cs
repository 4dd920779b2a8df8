using MolEngine.Data.Settings;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>
/// The keys of a run config that are in no other room's section: each with its path, type, default, help and check,
/// and whether a resumed run may change it. <see cref="RunConfig.Build"/> takes their values.
/// </summary>
internal static class ConfigKeys
{
    /// <summary>64 GiB: at 31 of 151,936 tokens what the base says of 200 million tokens.</summary>
    private const long DefaultBaseCacheBytes = 64L << 30;

    public static readonly ConfigKey<string> Model = new(
        "model", KeyTypes.Text, Default.Required,
        "Model folder: config.json, tokenizer files and, unless init is random, safetensors. Or ORG/NAME[@REVISION] of "
        + "the Hugging Face Hub, as `molengine download` fetched it.", s => s.Length > 0)
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<string> Base = new(
        "base", KeyTypes.Text, Default.None("the model itself"),
        "What KL holds the run to: an adapter of the model, another checkpoint of it (a folder or an id), or a run's "
        + "directory. A run after another keeps what the one before learned.", s => s.Length > 0)
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<InitKind> Init = new(
        "init.kind", KeyTypes.OneOf<InitKind>(), InitKind.Pretrained,
        "pretrained reads the folder's weights; random draws them (also: `init: random`).");
    public static readonly ConfigKey<long> InitSeed = new(
        "init.seed", KeyTypes.Long, Default.Rule("seed"),
        "Seed of the random weights.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<string> Output = new(
        "output", KeyTypes.Path, Default.Required,
        "Run directory; it must be absent or empty.", s => s.Length > 0)
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<long> Seed = new(
        "seed", KeyTypes.Long, 42,
        "Seed of the order of rows, LoRA's start and dropout.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<int> MicroBatch = new(
        "micro_batch", KeyTypes.Int, 1,
        "Rows computed at once; changes memory and speed, never the result (with cublaslt by rounding).",
        x => x is >= 1 and <= OrderKeys.MaxBatch, $"from 1 to {OrderKeys.MaxBatch}")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<TrainingMethod> Method = new(
        "method", KeyTypes.OneOf<TrainingMethod>(), TrainingMethod.Lora,
        "lora trains adapters; full trains every parameter.");
    public static readonly ConfigKey<RecomputeKind> Recompute = new(
        "recompute", KeyTypes.OneOf<RecomputeKind>(), RecomputeKind.Auto,
        "layer keeps only each layer's input and what attention gave, and computes the rest again: less memory, same "
        + "bits. auto does so in as many layers as a GPU's free memory demands, and nowhere on the CPU; none in none. "
        + "full keeps the input of every k-th layer alone, k the root of their number: least memory, one more forward "
        + "pass.")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<bool> BaseCache = new(
        "base_cache", KeyTypes.Bool, false,
        "Keeps what the base model says of every row on the disk, for later epochs and later runs: they go without its "
            + "pass, with the same bits.")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<long> BaseCacheBytes = new(
        "base_cache_bytes", KeyTypes.Long, DefaultBaseCacheBytes,
        "Bytes of the disk that all files of base_cache may take; those used longest ago go first.", x => x >= 1 << 20,
        "of at least 1048576")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<SpikeKind> LossSpike = new(
        "loss_spike", KeyTypes.OneOf<SpikeKind>(), SpikeKind.Warn,
        "Where the loss jumps and does not come back: warn says so and keeps the checkpoint from before; stop ends the "
            + "run there; back goes on from there, past the rows that led to it (three times at most).")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<int> ValidateEvery = new(
        "validate.every", KeyTypes.Int, 50,
        "Steps between validations; 0 never validates.", x => x >= 0, "of at least 0")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<int> ValidateDocuments = new(
        "validate.documents", KeyTypes.Int, 100,
        "Held-out documents of each corpus that a validation reads.", x => x >= 1, "of at least 1")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<int> Samples = new(
        "samples", KeyTypes.Int, 3,
        "Held-out documents that the report lets the model continue, before and after; 0 is none.",
        x => x is >= 0 and <= 100, "from 0 to 100")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<double> CollectivesTimeout = new(
        "collectives.timeout", KeyTypes.Number, 600,
        "Of a run on several ranks: seconds that one waits for another of which it hears nothing, before it ends all.",
        x => x is > 0 and <= 86400, "above 0, at most 86400")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<int> Threads = new(
        "threads", KeyTypes.Int, 0,
        "Threads of the CPU, never more than one a core; 0 takes every core, of several ranks on a host each its part. "
            + "The result does not depend on it.",
        x => x is >= 0 and <= 4096, "from 0 to 4096")
    {
        OnResume = OnResume.Free,
    };
}
