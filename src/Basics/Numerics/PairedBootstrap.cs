namespace MolEngine.Basics.Numerics;

/// <summary>
/// Means of paired changes with 95 % percentile intervals: pairs are drawn with replacement, so that what one item has
/// in common before and after stays together. The same seed draws the same.
/// </summary>
public static class PairedBootstrap
{
    public const int Resamples = 2000;

    /// <summary>The sum of changes over the sum of weights.</summary>
    /// <param name="changes">At least one.</param>
    public static Interval Of(IReadOnlyList<PairedChange> changes, ulong seed) => OfStrata([changes], seed);

    /// <summary>The plain mean of several sets' means; each set is drawn from by itself.</summary>
    /// <param name="strata">At least one; each of at least one change.</param>
    public static Interval OfStrata(IReadOnlyList<IReadOnlyList<PairedChange>> strata, ulong seed)
    {
        var random = CounterRandom.For(seed, "paired bootstrap");
        double[] values = new double[Resamples];
        ulong drawn = 0;
        for (int r = 0; r < Resamples; r++)
        {
            double sum = 0;
            foreach (IReadOnlyList<PairedChange> stratum in strata)
                sum += Drawn(stratum, random, ref drawn);
            values[r] = sum / strata.Count;
        }

        Array.Sort(values);
        double all = 0;
        foreach (IReadOnlyList<PairedChange> stratum in strata)
            all += stratum.Sum(c => c.Sum) / stratum.Sum(c => c.Weight);
        return new Interval(
            all / strata.Count, values[(int)(Resamples * 0.025)], values[(int)(Resamples * 0.975) - 1]);
    }

    private static double Drawn(IReadOnlyList<PairedChange> changes, CounterRandom random, ref ulong drawn)
    {
        double sum = 0, weight = 0;
        for (int i = 0; i < changes.Count; i++)
        {
            PairedChange c = changes[random.Below(drawn++, changes.Count)];
            sum += c.Sum;
            weight += c.Weight;
        }

        return sum / weight;
    }
}
