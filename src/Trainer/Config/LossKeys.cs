using MolEngine.Engine.Losses;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>The keys under <c>loss</c>.</summary>
internal static class LossKeys
{
    public static readonly ConfigKey<LossKind> Kind = new(
        "loss.kind", KeyTypes.OneOf<LossKind>(), LossKind.Mol,
        "mol mixes CE and KL by corpus; ce has no base model; kl only holds to it (also: `loss: ce`).");
    public static readonly ConfigKey<double> Alpha = new(
        "loss.alpha", KeyTypes.Number, 0.01,
        "Weight of KL on domain text and of CE on general text.", x => x is >= 0 and <= 1, "from 0 to 1");
    public static readonly ConfigKey<int> TopN = new(
        "loss.top_n", KeyTypes.Int, 31,
        "Tokens of the base model that KL sees one by one; the rest is one class.",
        x => x is >= 1 and <= 127, "from 1 to 127");

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All = [Kind, Alpha, TopN];

    public static LossSettings Build(ConfigValues v) => new(v.Take(Kind), v.Take(Alpha), v.Take(TopN));
}
