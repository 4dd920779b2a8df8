using MolEngine.Engine.Batches;

namespace MolEngine.Engine.Losses;

/// <summary>Means of a row over its effective tokens.</summary>
/// <param name="Weight">Weight of the row in the mean over rows.</param>
/// <param name="KlDivergence">KL(student || base) over the base's top n and the rest; 0 where there is no base.</param>
/// <param name="TailMass">Mean over tokens of the student's mass outside the base's top n; 0 without a base.</param>
public readonly record struct RowFigures(
    CorpusKind Kind, double Weight, int EffectiveTokens, double CrossEntropy, double KlDivergence, double TailMass)
{
    /// <summary>KL(base || student) over the same classes; 0 where there is no base.</summary>
    public double ForwardKl { get; init; }

    /// <summary>The cross-entropy as it counts in the row's loss: times its gate.</summary>
    public double GatedCe { get; init; } = CrossEntropy;

    /// <summary>The divergence that the row is held by: in its direction, and without the target where the loss says
    /// so.</summary>
    public double HeldKl { get; init; } = KlDivergence;

    /// <summary>
    /// What KL(student || base) over the whole vocabulary exceeds <see cref="KlDivergence"/> by: never below 0. 0 where
    /// it was not asked for.
    /// </summary>
    public double ReverseGap { get; init; }

    /// <summary>The same of <see cref="ForwardKl"/>.</summary>
    public double ForwardGap { get; init; }

    /// <inheritdoc cref="TokenRow.Losses"/>
    public TokenWeights? Losses { get; init; }

    /// <summary>How many <see cref="Means"/> there are.</summary>
    internal const int MeanCount = 8;

    /// <summary>What was computed of the row, as <see cref="Of"/> takes it: the rest is the row's own.</summary>
    internal double[] Means =>
        [CrossEntropy, KlDivergence, TailMass, ForwardKl, GatedCe, HeldKl, ReverseGap, ForwardGap];

    /// <summary>The figures of a row.</summary>
    /// <param name="means">As <see cref="Means"/> gives them.</param>
    internal static RowFigures Of(TokenRow row, ReadOnlySpan<double> means) =>
        new(row.Kind, row.Weight, row.EffectiveTokens, means[0], means[1], means[2])
        {
            ForwardKl = means[3],
            GatedCe = means[4],
            HeldKl = means[5],
            ReverseGap = means[6],
            ForwardGap = means[7],
            Losses = row.Losses,
        };
}
