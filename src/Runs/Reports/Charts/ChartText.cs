using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports.Charts;

/// <summary>A chart in words, for those who do not see it.</summary>
internal static class ChartText
{
    public static string Describe(Chart chart, Axis y, IReadOnlyList<Curve> curves)
    {
        string axes = $"Values in {chart.Unit}{(y.Logarithmic ? " on a logarithmic scale" : "")}, "
            + $"over steps {Counts.Of((long)chart.FirstStep)} to {Counts.Of((long)chart.LastStep)}.";
        return string.Join(' ', curves.Select(c => Describe(chart, c)).Prepend(axes));
    }

    private static string Describe(Chart chart, Curve curve)
    {
        if (curve.Shown.Count == 0)
            return $"{Names.Inline(curve.Series.Name)}: no value that can be drawn.";
        DataPoint first = curve.Shown[0];
        DataPoint last = curve.Shown[^1];
        DataPoint lowest = curve.Shown.MinBy(p => p.Y);
        DataPoint highest = curve.Shown.MaxBy(p => p.Y);
        string name = Names.Inline(curve.Series.Name);
        return curve.Shown.Count == 1
            ? $"{name}: {At(chart, first)}."
            : $"{name}: {Counts.Of(curve.Shown.Count)} values, {At(chart, first)}, {At(chart, last)}; "
                + $"lowest {At(chart, lowest)}, highest {At(chart, highest)}.";
    }

    private static string At(Chart chart, DataPoint p) =>
        $"{chart.Format(p.Y)} at step {Counts.Of((long)p.X)}";
}
