using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>By what validations are judged, and the keys under <c>stop_early</c>.</summary>
internal static class StopKeys
{
    /// <summary>The section: as one value it is the patience.</summary>
    public const string Section = "stop_early";

    public static readonly ConfigKey<ValidationMetric> Metric = new(
        "validate.metric", KeyTypes.OneOf<ValidationMetric>(), ValidationMetric.Loss,
        "What the best validation is the lowest of: loss is the mean over corpora of what their rows are trained with, "
            + "domain_ce the mean cross-entropy of domain corpora, ce that of all.")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<int> Patience = new(
        "stop_early.patience", KeyTypes.Int, Default.None("the run goes on to its last step"),
        "Validations in a row without a new lowest validate.metric after which the run stops (also: `stop_early: 3`).",
        x => x >= 1, "of at least 1")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<double> MinChange = new(
        "stop_early.min_change", KeyTypes.Number, 0,
        "How far below the lowest so far a validation must lie to count for stop_early.patience.",
        x => x >= 0 && double.IsFinite(x), "of at least 0")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<double> MaxGeneralKl = new(
        "stop_early.max_general_kl", KeyTypes.Number, Default.None("no limit"),
        "Stops the run at a validation where a general corpus lies further from the base: KL over the whole "
            + "vocabulary, in nats per token. Such a validation is never the best.",
        x => x > 0 && double.IsFinite(x), "above 0")
    {
        OnResume = OnResume.Free,
    };

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All = [Patience, MinChange, MaxGeneralKl];

    /// <param name="source">What errors call the config.</param>
    /// <param name="needsBase">Whether a loss asks for the base model.</param>
    public static StopSettings Build(
        ConfigValues v, string source, int validateEvery, CheckpointSettings checkpoint,
        IReadOnlyList<CorpusSettings> corpora, bool needsBase)
    {
        var stop = new StopSettings(
            v.Take(Metric), v.TakeIfGiven(Patience), v.Take(MinChange), v.TakeIfGiven(MaxGeneralKl));
        if (validateEvery == 0)
        {
            Require(stop.Patience is null, Patience, "validations (validate.every above 0), got none");
            Require(stop.MaxGeneralKl is null, MaxGeneralKl, "validations (validate.every above 0), got none");
            Require(
                checkpoint.Export == ExportKind.Last, CheckpointKeys.Export,
                "validations (validate.every above 0) to choose the best of, got none");
        }

        Require(
            stop.MinChange == 0 || stop.Patience is not null, MinChange,
            "stop_early.patience, which it is for, got none");
        if (corpora.Count > 0)
        {
            Require(
                stop.MaxGeneralKl is null || corpora.Any(c => c.Kind == CorpusKind.General), MaxGeneralKl,
                "a general corpus (kind: general), got domain text alone");
            Require(
                stop.Metric != ValidationMetric.DomainCe || corpora.Any(c => c.Kind == CorpusKind.Domain), Metric,
                "a domain corpus, got general text alone");
        }

        bool hasBase = needsBase || v.Take(ConfigKeys.Init) == InitKind.Pretrained || v.Has(ConfigKeys.Base);
        Require(stop.MaxGeneralKl is null || hasBase, MaxGeneralKl, "a base model, got random weights without one");
        return stop;

        void Require(bool holds, ConfigKey key, string expected)
        {
            if (!holds)
                v.Wrong(key, source, 0, $"expected {expected}. Take {key.Path} out, or give it what it needs");
        }
    }
}
