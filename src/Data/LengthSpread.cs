namespace MolEngine.Data;

/// <summary>Documents whose lengths lie in a range.</summary>
/// <param name="Least">Tokens of the shortest that is counted here.</param>
/// <param name="Most">Tokens of the longest that is counted here.</param>
public sealed record LengthRange(int Least, int Most, int Documents);

/// <summary>How long the documents of a corpus are, in tokens, their ends counted.</summary>
/// <param name="P90">Nine tenths of the documents are not longer.</param>
/// <param name="P99">All but one of a hundred are not longer.</param>
/// <param name="Ranges">Ranges that double from one to the next, from the shortest document to the longest.</param>
public sealed record LengthSpread(
    int Least, int Median, int P90, int P99, int Most, IReadOnlyList<LengthRange> Ranges)
{
    /// <summary>Documents of at most so many tokens are one range.</summary>
    private const int Short = 16;

    /// <summary>The spread of no document: all is 0.</summary>
    public static LengthSpread Of(IEnumerable<int> lengths)
    {
        int[] sorted = [.. lengths];
        Array.Sort(sorted);
        if (sorted.Length == 0)
            return new(0, 0, 0, 0, 0, []);

        // The least length that is not below the given part of the documents: the nearest rank.
        int At(double part) => sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)];
        return new(sorted[0], At(0.5), At(0.9), At(0.99), sorted[^1], RangesOf(sorted));
    }

    /// <summary>
    /// The least power of two, from <paramref name="least"/> to <paramref name="most"/>, such that
    /// <paramref name="part"/> of all tokens are of documents that are not longer; the most where none is.
    /// </summary>
    public static int PowerOfTwoThatHolds(IEnumerable<int> lengths, double part, int least, int most)
    {
        int[] all = [.. lengths];
        double tokens = all.Sum(n => (double)n);
        for (int context = least; context < most; context *= 2)
        {
            if (all.Where(n => n <= context).Sum(n => (double)n) >= part * tokens)
                return context;
        }

        return most;
    }

    private static List<LengthRange> RangesOf(int[] sorted)
    {
        var ranges = new List<LengthRange>();
        long least = 1, most = Short;
        for (int first = 0, after = 0; first < sorted.Length; first = after)
        {
            while (after < sorted.Length && sorted[after] <= most)
                after++;
            if (after > first || ranges.Count > 0)
                ranges.Add(new((int)least, (int)Math.Min(most, int.MaxValue), after - first));
            (least, most) = (most + 1, most * 2);
        }

        return ranges;
    }
}
