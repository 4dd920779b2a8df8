using MolEngine.Basics.Numerics;
using MolEngine.Runs.Comparisons;

namespace MolEngine.Runs.Experiments;

/// <summary>A measure of a cell over its seeds.</summary>
/// <param name="Values">Each run's, in the order of the seeds.</param>
/// <param name="Against">Against the baseline; null of the baseline itself, and where no seed has both.</param>
public sealed record CellValue(IReadOnlyList<(ulong Seed, double Value)> Values, PairedTest? Against)
{
    public int N => Values.Count;

    public double Mean => Values.Average(v => v.Value);

    /// <summary>Standard deviation of the runs (n - 1); null of a single one.</summary>
    public double? Spread
    {
        get
        {
            if (N < 2)
                return null;
            double mean = Mean;
            return Math.Sqrt(Values.Sum(v => (v.Value - mean) * (v.Value - mean)) / (N - 1));
        }
    }
}

/// <summary>
/// A cell against the baseline: of each document or item the mean difference over the seeds that both have, so that the
/// pairs are of the same seed and the same question, and a question counts once however many seeds there are.
/// </summary>
/// <param name="Difference">Cell less baseline, with the 95 % interval of a bootstrap over documents or items.</param>
/// <param name="Higher">Documents or items at which the cell is higher.</param>
/// <param name="Lower">Those at which it is lower.</param>
/// <param name="P">Of the exact sign test over them.</param>
/// <param name="N">Documents or items.</param>
/// <param name="Seeds">Seeds that both have.</param>
public sealed record PairedTest(Interval Difference, int Higher, int Lower, double P, int N, int Seeds)
{
    /// <summary>Whether the interval leaves 0 out and p is below <see cref="Measure.Level"/>.</summary>
    public bool IsSure => Difference.ExcludesZero && P < Measure.Level;
}
