using System.Globalization;
using System.Text;

namespace MolEngine.Server.Figures;

/// <summary>Counts of times by upper bounds, in seconds, as Prometheus reads them. Thread-safe.</summary>
/// <param name="bounds">Ascending.</param>
public sealed class Histogram(string name, string help, params double[] bounds)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    public void Observe(TimeSpan time)
    {
        double seconds = time.TotalSeconds;
        int place = Array.FindIndex(bounds, b => seconds <= b);
        lock (_lock)
        {
            _counts[place < 0 ? bounds.Length : place]++;
            _sum += seconds;
        }
    }

    internal void Write(StringBuilder text)
    {
        long[] counts;
        double sum;
        lock (_lock)
            (counts, sum) = ([.. _counts], _sum);
        text.Append($"# HELP {name} {help}\n# TYPE {name} histogram\n");
        long below = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            below += counts[i];
            string bound = i < bounds.Length ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append($"{name}_bucket{{le=\"{bound}\"}} {below}\n");
        }

        text.Append($"{name}_sum {sum.ToString("R", CultureInfo.InvariantCulture)}\n{name}_count {below}\n");
    }
}
