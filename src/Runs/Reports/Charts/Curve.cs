using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Reports.Charts;

/// <summary>A series laid out on its axes: positions from 0 to 1, what was left out, and the trend.</summary>
internal sealed class Curve
{
    private Curve(
        ChartSeries series,
        IReadOnlyList<DataPoint> points,
        IReadOnlyList<DataPoint> shown,
        IReadOnlyList<DataPoint> trend,
        double end)
    {
        Series = series;
        Points = points;
        Shown = shown;
        Trend = trend;
        End = end;
    }

    public ChartSeries Series { get; }

    /// <summary>Positions of the (downsampled) points; gaps have a Y of NaN.</summary>
    public IReadOnlyList<DataPoint> Points { get; }

    /// <summary>The series's own points that have a place in the chart.</summary>
    public IReadOnlyList<DataPoint> Shown { get; }

    /// <summary>Positions of the trend; empty where the curve is drawn through its points.</summary>
    public IReadOnlyList<DataPoint> Trend { get; }

    /// <summary>The value at the curve's right end; NaN where it has no point.</summary>
    public double End { get; }

    public int NotFinite => Series.Points.Count(p => !p.IsFinite);

    /// <summary>Finite, but not on a logarithmic axis.</summary>
    public int OffAxis => Series.Points.Count - NotFinite - Shown.Count;

    /// <summary>Lays out a chart's series.</summary>
    public static Curve[] Of(Chart chart, Axis x, Axis y, int mostPoints)
    {
        int[] lengths = [.. chart.Series.Select(s => s.Points.Count(p => p.IsFinite && y.Shows(p.Y)))];
        int longest = lengths.DefaultIfEmpty(0).Max();
        return
        [
            .. chart.Series.Select((s, i) =>
                Lay(s, x, y, chart.Smooth && Smoothing.Serves(lengths[i], longest), mostPoints)),
        ];
    }

    private static Curve Lay(ChartSeries series, Axis x, Axis y, bool smooth, int mostPoints)
    {
        DataPoint[] shown = [.. series.Points.Where(p => p.IsFinite && y.Shows(p.Y))];
        DataPoint[] all =
        [
            .. series.Points.Select(p => new DataPoint(x.Position(p.X), y.Shows(p.Y) ? y.Position(p.Y) : double.NaN)),
        ];
        IReadOnlyList<DataPoint> points = Downsampling.MinMax(all, mostPoints);
        if (!smooth)
            return new Curve(series, points, shown, [], shown.Length == 0 ? double.NaN : shown[^1].Y);

        // The fit is made where it is drawn, so that on a logarithmic axis it is one of logarithms.
        DataPoint[] trend = [.. Smoothing.Trend(all).Select(p => p with { Y = Math.Clamp(p.Y, 0, 1) })];
        return new Curve(series, points, shown, trend, y.ValueAt(trend[^1].Y));
    }
}
