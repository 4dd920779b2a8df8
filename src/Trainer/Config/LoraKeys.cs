using MolEngine.Engine.Adapters;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>The keys under <c>lora</c>.</summary>
internal static class LoraKeys
{
    /// <summary>What <c>lora.alpha</c> is by default, over the rank.</summary>
    private const double AlphaOfRank = 2;

    private const string OfAdapter = "lora.from is given";

    public static readonly ConfigKey<int> Rank = new(
        "lora.rank", KeyTypes.Int, Default.Of(64).Unless(OfAdapter),
        "Rank r of the adapters.", x => x >= 1, "of at least 1");
    public static readonly ConfigKey<double> Alpha = new(
        "lora.alpha", KeyTypes.Number, ((Default<double>)Default.Rule($"{AlphaOfRank} x lora.rank")).Unless(OfAdapter),
        "Adapters are scaled by alpha / r.", x => x > 0, "above 0");
    public static readonly ConfigKey<bool> UseRsLora = new(
        "lora.use_rslora", KeyTypes.Bool, Default.Of(false).Unless(OfAdapter),
        "Scale by alpha / sqrt(r) instead.");
    public static readonly ConfigKey<double> Dropout = new(
        "lora.dropout", KeyTypes.Number, 0,
        "Dropout on the adapters' inputs.", x => x is >= 0 and < 1, "from 0 to below 1");
    public static readonly ConfigKey<IReadOnlyList<string>> Targets = new(
        "lora.target_modules", KeyTypes.Names, Default.Of(LoraConfig.AllProjections).Unless(OfAdapter),
        "Modules that get an adapter.",
        x => x.Count > 0 && x.Distinct().Count() == x.Count && x.All(LoraConfig.AllProjections.Contains),
        $"from {string.Join(", ", LoraConfig.AllProjections)}, each at most once");
    public static readonly ConfigKey<string> From = new(
        "lora.from", KeyTypes.Text, Default.None("a new adapter"),
        "PEFT adapter that training starts from; rank, alpha, use_rslora and target_modules are its own.",
        s => s.Length > 0)
    {
        OnResume = OnResume.Free,
    };

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All = [Rank, Alpha, UseRsLora, Dropout, Targets, From];

    /// <param name="source">What errors call the config.</param>
    public static LoraSettings Build(ConfigValues v, string source)
    {
        double dropout = v.Take(Dropout);
        if (v.TakeTextIfGiven(From) is not { } given)
        {
            int rank = v.Take(Rank);
            return new LoraSettings(
                rank, v.TakeOr(Alpha, AlphaOfRank * rank), v.Take(UseRsLora), dropout, v.Take(Targets), null);
        }

        string from = InputPaths.Found(v, From, given, Directory.Exists, "an adapter folder", source);
        v.Resolve(From, from);
        ConfigKey[] own = [Rank, Alpha, UseRsLora, Targets];
        if (own.FirstOrDefault(k => v.Has(k)) is { } key)
        {
            v.Wrong(
                key, source, 0,
                "expected it to be left to the adapter of lora.from, got a value. Remove one of them");
        }

        return new LoraSettings(0, 0, false, dropout, [], from);
    }
}
