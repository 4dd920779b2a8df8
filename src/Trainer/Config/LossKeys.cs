using MolEngine.Data.Records;
using MolEngine.Data.Settings;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>The keys under <c>loss</c>, and what corpora say of a loss of their own.</summary>
internal static class LossKeys
{
    /// <summary>Kinds that concern domain text: general rows have the KL alone.</summary>
    private static readonly LossKind[] OfDomain = [LossKind.MaskedKl, LossKind.Eaft, LossKind.Asft];

    /// <summary>What alpha is where it is not given.</summary>
    private static readonly (LossKind Kind, double Alpha)[] AlphaOfKind =
    [
        (LossKind.Mol, 0.01), (LossKind.Ce, 0.01), (LossKind.Kl, 0.01), (LossKind.MaskedKl, 0.5), (LossKind.Eaft, 0),
        (LossKind.Asft, 0.05),
    ];

    public static readonly ConfigKey<LossKind> Kind = new(
        "loss.kind", KeyTypes.OneOf<LossKind>(), LossKind.Mol,
        "mol mixes CE and KL by corpus; ce has no base model; kl only holds to it. On domain text masked_kl holds to "
            + "what the base says besides the target, eaft weighs CE by the base's entropy, asft by the target's "
            + "probability (also: `loss: ce`).");
    public static readonly ConfigKey<double> Alpha = new(
        "loss.alpha", KeyTypes.Number, Default.By(Kind, AlphaOfKind),
        "Weight of KL on domain text, and with mol of CE on general text; of no effect with ce and kl.",
        x => x is >= 0 and <= 1, "from 0 to 1");
    public static readonly ConfigKey<KlDirection> Direction = new(
        "loss.direction", KeyTypes.OneOf<KlDirection>(), Default.Rule("reverse, or mixed where loss.mix is given"),
        "reverse is KL(student || base), forward KL(base || student), mixed a mean of the two.");
    public static readonly ConfigKey<double> Mix = new(
        "loss.mix", KeyTypes.Number, Default.Of(0.5).Unless("no KL is mixed"),
        "Part of forward in a mixed KL.", x => x is > 0 and < 1, "above 0 and below 1");
    public static readonly ConfigKey<int> TopN = new(
        "loss.top_n", KeyTypes.Int, 31,
        "Tokens of the base model that KL sees one by one; the rest is one class.",
        x => x is >= 1 and <= 127, "from 1 to 127");

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All = [Kind, Alpha, Direction, Mix, TopN];

    /// <param name="source">What errors call the config.</param>
    public static LossSettings Build(ConfigValues v, string source, IReadOnlyList<CorpusSettings> corpora)
    {
        KlDirection direction = v.TakeOr(Direction, v.Has(Mix) ? KlDirection.Mixed : KlDirection.Reverse);
        bool isMixed = direction == KlDirection.Mixed || corpora.Any(c => c.Loss.Direction == KlDirection.Mixed);
        if (!isMixed && v.Has(Mix))
        {
            v.Wrong(
                Mix, source, 0,
                $"expected a KL that is mixed, got {Direction.Path}: {Direction.Write(direction)}. Take one of them "
                    + "out");
        }

        var loss = new LossSettings(v.Take(Kind), v.Take(Alpha), v.Take(TopN))
        {
            Direction = direction,
            Mix = isMixed ? v.Take(Mix) : 0,
        };
        CheckKinds(v, source, loss, corpora);
        for (int i = 0; i < corpora.Count; i++)
            CheckOwn(v, source, loss, corpora[i], i);
        return loss;
    }

    /// <summary>The loss of a corpus that has one of its own; null of others.</summary>
    public static LossOptions? OwnOf(LossSettings run, CorpusLoss own)
    {
        if (own == CorpusLoss.None)
            return null;
        LossKind kind = own.Kind ?? run.Kind;
        double usual = kind == run.Kind ? run.Alpha : AlphaOfKind.First(a => a.Kind == kind).Alpha;
        LossSettings settings = run with
        {
            Kind = kind,
            Alpha = own.Alpha ?? usual,
            Direction = own.Direction ?? run.Direction,
        };
        return settings.Options;
    }

    private static void CheckKinds(
        ConfigValues v, string source, LossSettings loss, IReadOnlyList<CorpusSettings> corpora)
    {
        CorpusSettings[] usual = [.. corpora.Where(c => c.Loss.Kind is null)];
        if (OfDomain.Contains(loss.Kind) && usual.Length > 0 && usual.All(c => c.Kind == CorpusKind.General))
        {
            v.Wrong(
                Kind, source, 0,
                $"expected a domain corpus, whose loss {Kind.Write(loss.Kind)} is, got general ones alone. "
                    + "Choose kl, or set the kind of a corpus to domain");
        }

        LossOptions[] all = [.. corpora.Select(c => OwnOf(loss, c.Loss) ?? loss.Options)];
        bool hasKl = corpora.Select((c, i) => all[i].HasKl(c.Kind)).Any(has => has);
        if (loss.Direction != KlDirection.Reverse && corpora.Count > 0 && !hasKl)
        {
            v.Wrong(
                Direction, source, 0,
                $"expected a loss with a KL that counts, got none that does (loss.kind is {Kind.Write(loss.Kind)}, "
                    + $"loss.alpha {loss.Alpha}). Take loss.direction out, or raise loss.alpha");
        }

        if (loss.Kind == LossKind.MaskedKl)
            CheckMask(v, source, loss.Alpha, Alpha, 0);
        if (loss.TopN == 1 && all.Any(l => l.Kind == LossKind.Eaft))
        {
            v.Wrong(
                TopN, source, 0,
                "expected at least 2 with eaft, which weighs by the entropy of the base's top tokens, got 1");
        }

        CheckRandom(v, source, all);
    }

    /// <summary>What weighs or holds by a base that is noise is a mistake.</summary>
    private static void CheckRandom(ConfigValues v, string source, LossOptions[] all)
    {
        if (v.Take(ConfigKeys.Init) != InitKind.Random || v.Has(ConfigKeys.Base))
            return;
        if (all.FirstOrDefault(l => OfDomain.Contains(l.Kind)) is { } needing)
        {
            v.Wrong(
                Kind, source, 0,
                $"expected a base model for {Kind.Write(needing.Kind)}, got random weights (init.kind). Name one "
                    + $"({ConfigKeys.Base.Path}), or choose ce");
        }
    }

    private static void CheckOwn(ConfigValues v, string source, LossSettings loss, CorpusSettings corpus, int i)
    {
        LossKind kind = corpus.Loss.Kind ?? loss.Kind;
        if (corpus.Loss.Kind is { } own && OfDomain.Contains(own) && corpus.Kind == CorpusKind.General)
        {
            v.Wrong(
                CorpusKeys.Loss, source, i,
                $"expected mol, ce or kl for a general corpus, got {Kind.Write(own)}, which is of domain text");
        }

        if (corpus.Loss.Alpha is { } alpha && kind is (LossKind.Ce or LossKind.Kl))
        {
            v.Wrong(
                CorpusKeys.LossAlpha, source, i,
                $"expected a loss that mixes CE and KL, got {Kind.Write(kind)}, which has no alpha ({alpha}). Take it "
                    + "out");
        }

        if (OwnOf(loss, corpus.Loss) is not { } options)
            return;
        if (corpus.Loss.Direction is not null && !options.HasKl(corpus.Kind))
        {
            v.Wrong(
                CorpusKeys.LossDirection, source, i,
                $"expected a loss with a KL that counts, got {Kind.Write(kind)} with alpha {options.Alpha}. Take it "
                    + "out, or raise alpha");
        }

        if (kind == LossKind.MaskedKl && corpus.Loss != CorpusLoss.None && corpus.Kind == CorpusKind.Domain)
            CheckMask(v, source, options.Alpha, CorpusKeys.LossAlpha, i);
    }

    private static void CheckMask(ConfigValues v, string source, double alpha, ConfigKey key, int i)
    {
        if (alpha == 0)
        {
            v.Wrong(
                key, source, i,
                "expected above 0 with masked_kl, as the weight of its KL, got 0. Raise it, or choose ce");
        }
    }
}
