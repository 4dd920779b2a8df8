namespace MolEngine.Data;

/// <summary>Whole numbers in given proportions.</summary>
internal static class Shares
{
    /// <summary>
    /// Divides <paramref name="total"/> by weights (largest remainder; of equal ones the first): each part is within
    /// one of its exact size, and all add up.
    /// </summary>
    public static int[] Apportion(int total, IReadOnlyList<double> weights)
    {
        double sum = weights.Sum();
        int[] parts = new int[weights.Count];
        if (sum <= 0)
            return parts;
        double[] exact = [.. weights.Select(w => w / sum * total)];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = (int)exact[i];
        int[] byRemainder =
        [
            .. Enumerable.Range(0, parts.Length).Where(i => weights[i] > 0).OrderByDescending(i => exact[i] - parts[i]),
        ];
        for (int i = 0, left = total - parts.Sum(); i < left; i++)
            parts[byRemainder[i % byRemainder.Length]]++;
        return parts;
    }
}
