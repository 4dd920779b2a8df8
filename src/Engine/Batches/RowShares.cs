namespace MolEngine.Engine.Batches;

/// <summary>Who computes which rows of a global batch.</summary>
public static class RowShares
{
    /// <summary>
    /// Deals rows so that all ranks finish together: the most expensive row that is left goes to the rank with the
    /// least to do (Graham's longest processing time first). The same on every rank.
    /// </summary>
    /// <param name="costs">Of each row, by its place in the global batch.</param>
    /// <returns>Places of each rank's rows, ascending.</returns>
    public static int[][] Deal(IReadOnlyList<double> costs, int ranks)
    {
        var shares = new List<int>[ranks];
        for (int r = 0; r < ranks; r++)
            shares[r] = [];
        var load = new double[ranks];
        foreach (int place in Enumerable.Range(0, costs.Count).OrderByDescending(i => costs[i]).ThenBy(i => i))
        {
            int least = 0;
            for (int r = 1; r < ranks; r++)
                least = load[r] < load[least] ? r : least;
            load[least] += costs[place];
            shares[least].Add(place);
        }

        return [.. shares.Select(s => s.Order().ToArray())];
    }
}
