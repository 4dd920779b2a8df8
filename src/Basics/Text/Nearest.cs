namespace MolEngine.Basics.Text;

/// <summary>The known name that a mistyped one most likely meant.</summary>
public static class Nearest
{
    /// <summary>
    /// The nearest of <paramref name="known"/>: one whose parts are all near, part by part, or whose last part is (a
    /// key that sits in the wrong section), or that differs in a dot. Letter case, <c>-</c> for <c>_</c> and brackets
    /// count for nothing. Null where nothing is near.
    /// </summary>
    /// <param name="name">May be dotted: <c>data.corpora[].path</c>.</param>
    public static string? Of(string name, IEnumerable<string> known)
    {
        (string? best, (int, int) bestRank) = (null, (int.MaxValue, 0));
        if (name.Length > Limits.NameToCorrect)
            return null;
        foreach (string candidate in known)
        {
            if (Rank(Spelling(name), Spelling(candidate)) is { } rank && rank.CompareTo(bestRank) < 0)
                (best, bestRank) = (candidate, rank);
        }

        return best;
    }

    /// <summary>What of a name tells it apart: small letters, <c>_</c>, no brackets.</summary>
    public static string Spelling(string name) => name.ToLowerInvariant().Replace('-', '_').Replace("[]", "");

    /// <summary>
    /// How near a name is; null where it is not. The right name in a wrong section is worse than one edit, and better
    /// than two; of equals the one wins that is nearer as a whole.
    /// </summary>
    private static (int Cost, int Whole)? Rank(string name, string candidate)
    {
        string[] parts = name.Split('.'), others = candidate.Split('.');
        int whole = Distance(name, candidate), last = Distance(parts[^1], others[^1]);
        int undotted = Distance(name.Replace('.', '_'), candidate.Replace('.', '_'));
        int[] edits = [.. parts.Zip(others, Distance)];
        if (parts.Length == others.Length && edits.Zip(parts).All(p => p.First <= Slack(p.Second)))
            return (2 * edits.Sum(), whole);
        if (last <= parts[^1].Length / 4)
            return ((2 * last) + 3, whole);
        return undotted <= 1 ? ((2 * undotted) + 3, whole) : null;
    }

    /// <summary>Edits that a typing mistake may take.</summary>
    private static int Slack(string name) => name.Length <= 3 ? 1 : Math.Max(2, name.Length / 4);

    /// <summary>
    /// Damerau's, as optimal string alignment: letters put in, left out or replaced, and neighbours that changed
    /// places.
    /// </summary>
    private static int Distance(string a, string b)
    {
        int[,] edits = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
                edits[i, j] = Math.Min(i, j) == 0 ? Math.Max(i, j) : Least(i, j);
        }

        return edits[a.Length, b.Length];

        int Least(int i, int j)
        {
            int least = Math.Min(
                edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
            bool crossed = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            return crossed ? Math.Min(least, edits[i - 2, j - 2] + 1) : least;
        }
    }
}
