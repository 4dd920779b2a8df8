using System.Globalization;

namespace MolEngine.Trainer.Checkpoints;

/// <summary>Which checkpoints stay: the newest, or the newest and that of the best validation.</summary>
/// <param name="Last">How many of the newest stay; at least 1.</param>
/// <param name="Best">Whether the best one stays too.</param>
public readonly record struct KeepPolicy(int Last, bool Best)
{
    /// <summary>What may be written, for people.</summary>
    public const string Expected = "`last N` or `best`";

    private const string BestOnly = "best", Prefix = "last ";

    /// <summary>Reads what <see cref="ToString"/> writes; null where it is neither.</summary>
    public static KeepPolicy? Parse(string text)
    {
        if (text == BestOnly)
            return new KeepPolicy(1, true);
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(text[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n > 0
            ? new KeepPolicy(n, false)
            : null;
    }

    /// <summary>Those of <paramref name="checkpoints"/> that may go.</summary>
    /// <param name="kept">Steps of those that stay in any case.</param>
    public IReadOnlyList<Checkpoint> Surplus(IReadOnlyList<Checkpoint> checkpoints, IReadOnlyCollection<long> kept) =>
        [.. checkpoints.OrderByDescending(c => c.Step).Skip(Last).Where(c => !kept.Contains(c.Step))];

    public override string ToString() =>
        Best ? BestOnly : $"{Prefix}{Last}";
}
