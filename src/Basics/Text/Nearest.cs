namespace MolEngine.Basics.Text;

/// <summary>The known name that a mistyped one most likely meant.</summary>
public static class Nearest
{
    /// <summary>
    /// The nearest of <paramref name="known"/> by edit distance, of the whole dotted path or of its last part alone (a
    /// key that sits in the wrong section); null where nothing is near.
    /// </summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string candidate in known)
        {
            int whole = Distance(name, candidate);
            int last = Distance(Last(name), Last(candidate));
            bool near = whole <= Slack(name) || last <= Last(name).Length / 4;
            int distance = Math.Min(2 * whole, (2 * last) + 1);
            if (near && distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
        }

        return best;
    }

    /// <summary>Edits that a typing mistake may take: a transposition is two.</summary>
    private static int Slack(string name) => name.Length <= 3 ? 1 : Math.Max(2, name.Length / 4);

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];

    /// <summary>Levenshtein's.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
