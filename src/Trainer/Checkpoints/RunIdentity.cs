using MolEngine.Yaml;

namespace MolEngine.Trainer.Checkpoints;

/// <summary>
/// What must be the same for a run to go on to the bit: the model, the rows, and the value of every key that a resumed
/// run may not change, precision and kind of products as they became on the device.
/// </summary>
/// <param name="Model">Digest of the base model's files.</param>
/// <param name="Data">Digest of the rows of all corpora.</param>
/// <param name="Settings">Resolved config keys that matter and have a value, as text.</param>
public sealed record RunIdentity(string Model, string Data, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>
    /// Keys of <see cref="Settings"/> with their default, of those that every config has a value of. A checkpoint that
    /// lacks one was made by a program that did not know it.
    /// </summary>
    private IReadOnlySet<string> Assumed { get; init; } = new HashSet<string>();

    /// <summary>The keys of <see cref="Settings"/>, which read what a checkpoint has of them.</summary>
    private IReadOnlyDictionary<string, ConfigKey> Keys { get; init; } = new Dictionary<string, ConfigKey>();

    /// <summary>
    /// <see cref="InputFiles"/> by their kind, each as what tells it from another. A checkpoint that lacks a kind was
    /// made by a program that did not look at it: that is no difference.
    /// </summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>What a run with this config must keep.</summary>
    /// <param name="became">Values that the run gave to keys.</param>
    public static RunIdentity Of(
        string model, string data, IEnumerable<ResolvedValue> config, IReadOnlyDictionary<string, string> became)
    {
        ResolvedValue[] fixedOnes =
        [
            .. config.Where(v => v.Key.OnResume == OnResume.Fixed && v.HasValue)
                .OrderBy(v => v.Path, StringComparer.Ordinal),
        ];
        return new RunIdentity(
            model, data, fixedOnes.ToDictionary(v => v.Path, v => became.GetValueOrDefault(v.Path, v.Text)))
        {
            Assumed = fixedOnes.Where(v => HeldBefore(v) && !became.ContainsKey(v.Path)).Select(v => v.Path)
                .ToHashSet(),
            Keys = fixedOnes.ToDictionary(v => v.Path, v => v.Key),
        };
    }

    /// <summary>The same where a key has become something else while the run went on.</summary>
    public RunIdentity Where(string key, string became) =>
        this with { Settings = new Dictionary<string, string>(Settings) { [key] = became } };

    /// <summary>Whether a value is what held in a run that began before its key was there.</summary>
    private static bool HeldBefore(ResolvedValue v) =>
        v.Key.Formerly is { } then ? v.Text == then : v.IsDefault && v.Key.IsAlwaysThere;

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
            string then = !saved.Settings.TryGetValue(key, out string? written) ? "absent"
                : Keys.TryGetValue(key, out ConfigKey? known) ? known.Rewritten(written)
                : written;
            if (now != then && (saved.Settings.ContainsKey(key) || !Assumed.Contains(key)))
                differences.Add($"{key}: {then} in the run, {now} now");
        }

        return differences;
    }
}
