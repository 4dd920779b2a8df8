using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Reports.Charts;

/// <summary>Fewer points that look the same.</summary>
internal static class Downsampling
{
    /// <summary>
    /// At most about <paramref name="most"/> of the points, in their order: the points are cut into equal buckets, and
    /// of each its lowest and its highest are kept, so no spike is lost. The first and the last point, and a gap of
    /// each bucket that has one, are kept too.
    /// </summary>
    public static IReadOnlyList<DataPoint> MinMax(IReadOnlyList<DataPoint> points, int most)
    {
        if (points.Count <= most)
            return points;
        int buckets = Math.Max(1, most / 2);
        var kept = new List<DataPoint>(most + 2);
        for (int b = 0; b < buckets; b++)
        {
            int from = (int)((long)b * points.Count / buckets);
            int to = (int)((long)(b + 1) * points.Count / buckets);
            AddExtremes(points, from, to, kept);
        }

        return kept;
    }

    private static void AddExtremes(IReadOnlyList<DataPoint> points, int from, int to, List<DataPoint> kept)
    {
        int low = -1, high = -1, gap = -1;
        for (int i = from; i < to; i++)
        {
            if (!points[i].IsFinite)
            {
                gap = i;
                continue;
            }

            if (low < 0 || points[i].Y < points[low].Y)
                low = i;
            if (high < 0 || points[i].Y > points[high].Y)
                high = i;
        }

        int first = from == 0 ? 0 : -1;
        int last = to == points.Count ? to - 1 : -1;
        int[] wanted = [first, low, high, gap, last];
        kept.AddRange(wanted.Where(i => i >= 0).Distinct().Order().Select(i => points[i]));
    }
}
