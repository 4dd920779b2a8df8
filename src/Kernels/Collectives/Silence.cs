namespace MolEngine.Kernels.Collectives;

/// <summary>What is said of ranks that were waited for in vain.</summary>
internal static class Silence
{
    /// <param name="what">The collective, in words.</param>
    /// <param name="missing">Those who did not come.</param>
    /// <param name="timeout">How long nothing was heard of them.</param>
    public static string Sentence(string what, IReadOnlyList<string> missing, TimeSpan timeout) =>
        $"{string.Join(", ", missing)}: expected it at {what}, got no word of it for {timeout.TotalSeconds:0.#} s: it "
        + "is gone, or it hangs. Look at its log and its host; where a step takes longer, raise collectives.timeout.";
}
