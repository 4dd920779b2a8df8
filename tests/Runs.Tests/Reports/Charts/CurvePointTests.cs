using FsCheck;
using FsCheck.Fluent;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Reports.Charts;
using MolEngine.Support;

namespace MolEngine.Runs.Tests.Reports.Charts;

/// <summary>What becomes of a series's points before they are drawn.</summary>
public sealed class CurvePointTests
{
    [Property]
    public Property Downsampling_keeps_extremes_ends_and_order() => Prop.ForAll(Series(), points =>
    {
        const int Most = 40;
        IReadOnlyList<DataPoint> kept = Downsampling.MinMax(points, Most);
        Assert.True(kept.Count <= Math.Max(points.Length, 0));
        Assert.True(kept.Count <= Most + (Most / 2) + 2);
        if (points.Length <= Most)
            Assert.Equal(points, kept);
        Assert.Equal(kept.OrderBy(p => p.X), kept);
        Assert.Equal(kept.Distinct(), kept);
        Assert.All(kept, p => Assert.Equal(points[(int)p.X], p));
        if (points.Length == 0)
            return;
        Assert.Equal(points[0], kept[0]);
        Assert.Equal(points[^1], kept[^1]);
        Assert.Equal(Finite(points).DefaultIfEmpty().Max(), Finite(kept).DefaultIfEmpty().Max());
        Assert.Equal(Finite(points).DefaultIfEmpty().Min(), Finite(kept).DefaultIfEmpty().Min());
        Assert.Equal(points.Any(p => !p.IsFinite), kept.Any(p => !p.IsFinite));
    });

    [Fact]
    public void A_single_spike_among_ten_thousand_survives()
    {
        static double Value(int i) => i == 7_777 ? 90 : Math.Sin(i);
        DataPoint[] points = [.. Enumerable.Range(0, 10_000).Select(i => new DataPoint(i, Value(i)))];
        IReadOnlyList<DataPoint> kept = Downsampling.MinMax(points, 1000);
        Assert.Contains(points[7_777], kept);
        Assert.InRange(kept.Count, 990, 1002);
    }

    [Property]
    public Property A_trend_of_points_on_a_line_is_the_line() => Prop.ForAll(
        Gen.Choose(2, 2000).Zip(Gen.Choose(-50, 50)).ToArbitrary(), pair =>
        {
            (int count, int slope) = pair;
            DataPoint[] line = [.. Enumerable.Range(0, count).Select(i => new DataPoint(3 * i, 2 + (slope * 3.0 * i)))];
            IReadOnlyList<DataPoint> trend = Smoothing.Trend(line);
            Assert.Equal(0, trend[0].X);
            Assert.Equal(3 * (count - 1), trend[^1].X);
            Assert.InRange(trend.Count, 2, 400);
            double size = 2 + (Math.Abs(slope) * 3.0 * count);
            Assert.All(trend, p => Assert.Equal(2 + (slope * p.X), p.Y, 1e-9 * size));
        });

    [Fact]
    public void A_trend_averages_noise_and_passes_over_gaps()
    {
        static double Value(int i) => i % 100 == 50 ? double.NaN : 5 + (i % 2 == 0 ? 1 : -1);
        DataPoint[] points = [.. Enumerable.Range(0, 600).Select(i => new DataPoint(i, Value(i)))];
        IReadOnlyList<DataPoint> trend = Smoothing.Trend(points);
        Assert.All(trend, p => Assert.InRange(p.Y, 4.8, 5.2));
        Assert.True(trend.Zip(trend.Skip(1)).All(p => p.First.X < p.Second.X));
    }

    [Fact]
    public void A_trend_follows_a_step_where_it_is()
    {
        IReadOnlyList<DataPoint> trend =
            Smoothing.Trend([.. Enumerable.Range(0, 240).Select(i => new DataPoint(i, i < 120 ? 1 : 3))]);
        Assert.Equal(1, trend.Single(p => p.X == 100).Y, 1e-9);
        Assert.Equal(3, trend.Single(p => p.X == 140).Y, 1e-9);
    }

    [Theory]
    [InlineData(30, 30, true)]
    [InlineData(29, 29, false)]
    [InlineData(10, 200, false)]
    [InlineData(60, 200, true)]
    public void Trends_are_for_long_series(int points, int longest, bool expected) =>
        Assert.Equal(expected, Smoothing.Serves(points, longest));

    private static IEnumerable<double> Finite(IEnumerable<DataPoint> points) =>
        points.Where(p => p.IsFinite).Select(p => p.Y);

    private static Arbitrary<DataPoint[]> Series() => Arb.From(
        from values in Gen.ArrayOf(
            Gen.Frequency((9, Gen.Choose(-1000, 1000).Select(v => v / 8.0)), (1, Gen.Constant(double.NaN))))
        from copies in Gen.Choose(1, 8)
        let all = Enumerable.Repeat(values, copies).SelectMany(v => v).ToArray()
        select all.Select((v, i) => new DataPoint(i, v)).ToArray());
}
