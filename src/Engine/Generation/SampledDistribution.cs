using MolEngine.Engine.Training;

namespace MolEngine.Engine.Generation;

/// <summary>The distribution that settings make of logits: the one that rows draw from.</summary>
public static class SampledDistribution
{
    /// <summary>Probabilities [V]; what the settings leave out is exactly 0.</summary>
    /// <param name="logits">[V]</param>
    /// <param name="prompt">Ids before the generated ones.</param>
    /// <param name="generated">Ids drawn so far.</param>
    /// <exception cref="NonFiniteException">A logit is NaN or positive infinity.</exception>
    public static double[] Of(
        SamplingSettings settings, ReadOnlySpan<float> logits, ReadOnlySpan<int> prompt, IReadOnlyList<int> generated)
    {
        float[] changed = logits.ToArray();
        LogitRow.ArgMax(changed, "sampling");
        var seen = new SeenTokens(settings, prompt);
        foreach (int id in generated)
            seen.Add(id);
        seen.Penalize(changed);
        int best = LogitRow.ArgMax(changed, "sampling: after penalties");
        return new Sampler(settings, 0).Probabilities(changed, changed[best]);
    }
}
