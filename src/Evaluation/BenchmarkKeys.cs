using MolEngine.Yaml;

namespace MolEngine.Evaluation;

/// <summary>The keys under <c>eval</c>: benchmarks of a run.</summary>
public static class BenchmarkKeys
{
    public const string Section = "eval";

    public static readonly ConfigKey<IReadOnlyList<string>> Tasks = new(
        $"{Section}.tasks", KeyTypes.Paths, Default.None("no benchmarks"),
        "Tasks of `molengine eval`, asked before and after training (also: `eval: TASK`).", x => x.Count > 0)
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<IReadOnlyList<string>> Data = new(
        $"{Section}.data", KeyTypes.Paths, Default.None("the Hugging Face cache alone"),
        "Folders of their official files.")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<int> Limit = new(
        $"{Section}.limit", KeyTypes.Int, Default.Of(100).Unless("there are no benchmarks"),
        "Items of each subset, the first ones.", x => x >= 1, "of at least 1")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<int> Every = new(
        $"{Section}.every", KeyTypes.Int, Default.Of(0).Unless("there are no benchmarks"),
        "Steps between two rounds; 0: before the first step and after the last alone.", x => x >= 0, "of at least 0")
    {
        OnResume = OnResume.Free,
    };

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All = [Tasks, Data, Limit, Every];
}
