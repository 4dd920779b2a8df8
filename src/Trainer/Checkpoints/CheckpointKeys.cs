using MolEngine.Yaml;

namespace MolEngine.Trainer.Checkpoints;

/// <summary>The keys under <c>checkpoint</c>.</summary>
internal static class CheckpointKeys
{
    public static readonly ConfigKey<int> Every = new(
        "checkpoint.every", KeyTypes.Int, 50,
        "Steps between checkpoints; 0 saves only a run that is interrupted.", x => x >= 0, "of at least 0")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<KeepPolicy> Keep = new(
        "checkpoint.keep", KeyTypes.Parsed($"text of the form {KeepPolicy.Expected}", KeepPolicy.Parse),
        new KeepPolicy(2, Best: false),
        "Checkpoints that stay: `last N`, or `best` (the newest, and that of the best validation, which is saved "
            + "then).")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<ExportKind> Export = new(
        "checkpoint.export", KeyTypes.OneOf<ExportKind>(), ExportKind.Last,
        "What the run saves in the end: last is the state after the last step, best that of the best validation "
            + "(validate.metric), whose checkpoint is saved and stays (also: `checkpoint: best`).")
    {
        OnResume = OnResume.Free,
    };

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All = [Every, Keep, Export];

    public static CheckpointSettings Build(ConfigValues v) => new(v.Take(Every), v.Take(Keep), v.Take(Export));
}
