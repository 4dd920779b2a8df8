using System.Diagnostics;

namespace MolEngine.Benchmarks;

/// <summary>Seconds of one call over many repeats: the 20th, 50th and 80th percentile.</summary>
internal readonly record struct Timing(double P20, double P50, double P80)
{
    private const double WarmUpSeconds = 0.03;
    private const int FewestRepeats = 5;

    /// <summary>
    /// Times the actions in turn, round after round, so that each sees the same weather: a ratio of two of them means
    /// something on a noisy machine, an absolute time does not. The first 30 ms after a rest run slow and are not
    /// counted.
    /// </summary>
    public static Timing[] Interleaved(double seconds, params Action[] actions)
    {
        var clock = Stopwatch.StartNew();
        do
        {
            foreach (Action action in actions)
                action();
        }
        while (clock.Elapsed.TotalSeconds < WarmUpSeconds);

        List<double>[] samples = [.. actions.Select(_ => new List<double>())];
        clock.Restart();
        while (samples[0].Count < FewestRepeats || clock.Elapsed.TotalSeconds < seconds)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                actions[i]();
                samples[i].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        return [.. samples.Select(Percentiles)];
    }

    /// <summary>Work done a second at each percentile of the time.</summary>
    public Timing Rates(double work) => new(work / P20, work / P50, work / P80);

    /// <summary>A line: times in ms, operations a second and their share of <paramref name="peak"/>.</summary>
    public void Print(string what, double operations, double peak) => Console.WriteLine(
        $"  {what,-9} {1e3 * P50:F2} ms ({1e3 * P20:F2} .. {1e3 * P80:F2})  {operations / P50 / 1e9:F0} GFLOP/s, "
        + $"{100 * operations / P50 / peak:F0} % of peak");

    private static Timing Percentiles(List<double> samples)
    {
        samples.Sort();
        return new Timing(samples[samples.Count / 5], samples[samples.Count / 2], samples[samples.Count * 4 / 5]);
    }
}
