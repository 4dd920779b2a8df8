namespace MolEngine.Trainer.Checkpoints;

/// <summary>
/// What must be the same for a run to go on to the bit: the model, the rows, and every setting that the result depends
/// on, precision and kind of products as they became on the device. Paths, the device itself, threads, micro-batches,
/// recomputation, offloading, validation, questions and checkpoints do not matter and are not in it.
/// </summary>
/// <param name="Model">Digest of the base model's files.</param>
/// <param name="Data">Digest of the rows of all corpora.</param>
/// <param name="Settings">Resolved config keys that matter, as text.</param>
public sealed record RunIdentity(string Model, string Data, IReadOnlyDictionary<string, string> Settings)
{
    private static readonly string[] Immaterial =
    [
        "model", "output", "device", "threads", "micro_batch", "recompute", "optimizer.offload", "validate.",
        "questions.", "samples", "checkpoint.", "data.cache", "lora.from", "cuda_path", ".path",
    ];

    /// <summary>
    /// <see cref="InputFiles"/> by their kind, each as what tells it from another. A checkpoint that lacks a kind was
    /// made by a program that did not look at it: that is no difference.
    /// </summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>The keys of a resolved config that matter.</summary>
    public static IReadOnlyDictionary<string, string> Material(IReadOnlyDictionary<string, string> settings) =>
        settings.Where(s => !Immaterial.Any(i => Matches(s.Key, i))).OrderBy(s => s.Key, StringComparer.Ordinal)
            .ToDictionary(s => s.Key, s => s.Value);

    /// <summary>What differs, a sentence each; empty where this run may go on from <paramref name="saved"/>.</summary>
    public IReadOnlyList<string> DifferencesFrom(RunIdentity saved)
    {
        List<string> differences = [.. InputFiles.Differences(saved.Files, Files)];
        if (Model != saved.Model && differences.Count == 0)
            differences.Add("the files of the base model");
        if (Data != saved.Data)
            differences.Add("the rows of the corpora (their texts, the tokenizer, or how they are packed)");
        foreach (string key in Settings.Keys.Union(saved.Settings.Keys).Order(StringComparer.Ordinal))
        {
            string now = Settings.GetValueOrDefault(key, "absent");
            string then = saved.Settings.GetValueOrDefault(key, "absent");
            if (now != then)
                differences.Add($"{key}: {then} in the run, {now} now");
        }

        return differences;
    }

    private static bool Matches(string key, string pattern) => pattern[0] == '.'
        ? key.EndsWith(pattern, StringComparison.Ordinal)
        : pattern[^1] == '.' ? key.StartsWith(pattern, StringComparison.Ordinal) : key == pattern;
}
