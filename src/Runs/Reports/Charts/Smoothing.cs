using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Reports.Charts;

/// <summary>
/// The trend in noisy points: at each place a straight line fitted to the nearest points, with tricube weights
/// (Cleveland 1979, LOWESS without its robust rounds). Unlike a running mean it neither lags behind nor bends at the
/// ends: points on a line stay on it.
/// </summary>
internal static class Smoothing
{
    /// <summary>A chart whose longest series is shorter shows the points themselves.</summary>
    private const int FewestPoints = 30;

    /// <summary>A series that is this many times shorter than the longest was measured on purpose: no trend.</summary>
    private const int Sparse = 4;

    private const int MostPlaces = 400;
    private const int FewestNeighbours = 7;

    /// <summary>One neighbourhood is this part of all points.</summary>
    private const int Neighbourhoods = 12;

    /// <summary>Whether a series gets a trend.</summary>
    /// <param name="longest">Points of the chart's longest series.</param>
    public static bool Serves(int points, int longest) =>
        longest >= FewestPoints && points >= FewestNeighbours && points * Sparse >= longest;

    /// <summary>How many points a place of the curve is fitted to.</summary>
    public static int Neighbours(int points) => Math.Min(points, Math.Max(FewestNeighbours, points / Neighbourhoods));

    /// <summary>The trend at up to 400 places, from the first point's X to the last one's.</summary>
    /// <param name="points">With rising X; points that are not finite do not count.</param>
    public static IReadOnlyList<DataPoint> Trend(IReadOnlyList<DataPoint> points)
    {
        DataPoint[] finite = [.. points.Where(p => p.IsFinite)];
        if (finite.Length < 2)
            return finite;
        int neighbours = Neighbours(finite.Length);
        int places = Math.Min(finite.Length, MostPlaces);
        var trend = new DataPoint[places];
        for (int i = 0; i < places; i++)
        {
            int at = (int)((long)i * (finite.Length - 1) / (places - 1));
            int from = Math.Clamp(at - (neighbours / 2), 0, finite.Length - neighbours);
            trend[i] = Fit(finite.AsSpan(from, neighbours), finite[at].X);
        }

        return trend;
    }

    private static DataPoint Fit(ReadOnlySpan<DataPoint> near, double x)
    {
        // A little beyond the farthest point, so that it counts too.
        double reach = 1.05 * Math.Max(x - near[0].X, near[^1].X - x);
        double sum = 0, sumX = 0, sumY = 0, sumXX = 0, sumXY = 0;
        foreach (DataPoint p in near)
        {
            double d = reach == 0 ? 0 : Math.Abs(p.X - x) / reach;
            double weight = Math.Pow(1 - (d * d * d), 3);
            double dx = p.X - x;
            sum += weight;
            sumX += weight * dx;
            sumY += weight * p.Y;
            sumXX += weight * dx * dx;
            sumXY += weight * dx * p.Y;
        }

        double determinant = (sum * sumXX) - (sumX * sumX);
        double y = determinant <= 1e-12 * sum * sumXX ? sumY / sum : ((sumXX * sumY) - (sumX * sumXY)) / determinant;
        return new DataPoint(x, y);
    }
}
