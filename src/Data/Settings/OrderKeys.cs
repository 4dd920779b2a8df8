using MolEngine.Yaml;

namespace MolEngine.Data.Settings;

/// <summary>The keys that say how many rows a run sees, and in what proportion.</summary>
public static class OrderKeys
{
    /// <summary>Steps of a run at most: schedules count them in 32 bits.</summary>
    public const int MaxSteps = 1_000_000_000;

    /// <summary>Rows of a step at most.</summary>
    public const int MaxBatch = 1_000_000;

    public static readonly ConfigKey<double> Ratio = new(
        "ratio", KeyTypes.Number, 1,
        "General rows of an epoch = ratio x domain rows.", x => x >= 0, "of at least 0");
    public static readonly ConfigKey<double> Epochs = new(
        "epochs", KeyTypes.Number, Default.Of(1.0).Unless("steps is given"),
        "Passes over the data; may be fractional (1.3). Or give steps.", x => x is > 0 and <= 1e6,
        "above 0, at most 1e6");
    public static readonly ConfigKey<long> Steps = new(
        "steps", KeyTypes.Long, Default.None("from epochs"),
        "Optimizer steps, instead of epochs.", x => x is >= 1 and <= MaxSteps, $"from 1 to {MaxSteps}");
    public static readonly ConfigKey<int> GlobalBatch = new(
        "global_batch", KeyTypes.Int,
        Default.Auto(
            $"{OrderSettings.UsualBatch}, fewer where the run has too few rows for {OrderSettings.FewSteps} steps"),
        "Rows of an optimizer step.", x => x is >= 1 and <= MaxBatch, $"from 1 to {MaxBatch}");

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All = [Ratio, Epochs, Steps, GlobalBatch];
}
