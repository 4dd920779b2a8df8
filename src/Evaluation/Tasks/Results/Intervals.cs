using MolEngine.Basics.Numerics;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Tasks.Results;

/// <summary>Scores of many items, and 95 % intervals around them.</summary>
public static class Intervals
{
    /// <summary>Of the normal distribution, 97.5 %.</summary>
    private const double Normal = 1.959963984540054;

    private const int Resamples = 2000;

    /// <summary>The estimate of a score.</summary>
    /// <param name="perItem">What each item adds, its samples averaged; at least one.</param>
    public static Estimate Of(string score, IReadOnlyList<Observation> perItem)
    {
        double value = Value(score, perItem.Sum(o => o.Value), perItem.Sum(o => o.Weight));
        int n = perItem.Count;
        bool isShare = perItem.All(o => o.Weight == 1 && o.Value is 0 or 1);
        (double low, double high) = isShare
            ? Wilson(perItem.Count(o => o.Value == 1), n)
            : Bootstrap(score, perItem);
        bool isMean = perItem.All(o => o.Weight == 1);
        double? error = n < 2 ? null
            : isMean ? Math.Sqrt(perItem.Sum(o => Math.Pow(o.Value - value, 2)) / (n - 1) / n)
            : (high - low) / (2 * Normal);
        return new Estimate(score, value, error, low, high, n);
    }

    /// <summary>The mean of subsets' estimates, each of which weighs the same.</summary>
    public static Estimate MeanOf(IReadOnlyList<Estimate> subsets)
    {
        double value = subsets.Average(s => s.Value);
        double error = Math.Sqrt(subsets.Sum(s => Math.Pow(s.StandardError ?? 0, 2))) / subsets.Count;
        return new Estimate(
            subsets[0].Score, value, error, Math.Max(0, value - (Normal * error)),
            Math.Min(1, value + (Normal * error)), subsets.Sum(s => s.Items));
    }

    /// <summary>Wilson's score interval of a share (1927): it stays within 0 and 1, and has a width at both.</summary>
    public static (double Low, double High) Wilson(int right, int n)
    {
        double z = Normal * Normal, share = (double)right / n;
        double centre = (share + (z / (2 * n))) / (1 + (z / n));
        double half = Normal / (1 + (z / n)) * Math.Sqrt((share * (1 - share) / n) + (z / (4.0 * n * n)));
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }

    /// <summary>
    /// The middle 95 % of what other draws of as many items, of these with replacement, would have come to: for means
    /// over samples, shares of instructions and perplexities. The draws are the same every time.
    /// </summary>
    private static (double Low, double High) Bootstrap(string score, IReadOnlyList<Observation> perItem)
    {
        int n = perItem.Count;
        var random = CounterRandom.For((ulong)n, "bootstrap of a score");
        double[] values = new double[Resamples];
        ulong drawn = 0;
        for (int r = 0; r < Resamples; r++)
        {
            double sum = 0, weight = 0;
            for (int i = 0; i < n; i++)
            {
                Observation o = perItem[random.Below(drawn++, n)];
                sum += o.Value;
                weight += o.Weight;
            }

            values[r] = Value(score, sum, weight);
        }

        Array.Sort(values);
        return (values[(int)(Resamples * 0.025)], values[(int)(Resamples * 0.975) - 1]);
    }

    private static double Value(string score, double sum, double weight) => score switch
    {
        ScoreNames.WordPerplexity or ScoreNames.BytePerplexity => Math.Exp(-sum / weight),
        ScoreNames.BitsPerByte => -sum / (weight * Math.Log(2)),
        _ => sum / weight,
    };
}
