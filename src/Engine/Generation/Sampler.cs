using MolEngine.Basics.Numerics;
using MolEngine.Engine.Training;

namespace MolEngine.Engine.Generation;

/// <summary>
/// Draws tokens from the distribution that <see cref="SamplingSettings"/> make of the logits, in float64.
/// </summary>
/// <param name="seed">The same seed draws the same tokens from the same logits.</param>
public sealed class Sampler(SamplingSettings settings, ulong seed)
{
    private readonly CounterRandom _random = CounterRandom.For(seed, "sampling");
    private ulong _drawn;

    /// <summary>A token drawn at random.</summary>
    /// <param name="logits">[V]</param>
    /// <param name="prompt">Ids before the generated ones.</param>
    /// <param name="generated">Ids drawn so far.</param>
    /// <exception cref="NonFiniteException">A logit is NaN or positive infinity.</exception>
    public int Next(ReadOnlySpan<float> logits, ReadOnlySpan<int> prompt, IReadOnlyList<int> generated)
    {
        double[] probabilities = Probabilities(settings, logits, prompt, generated);
        double rest = _random.Uniform(_drawn++);
        int last = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] == 0)
                continue;
            last = i;
            rest -= probabilities[i];
            if (rest < 0)
                break;
        }

        return last;
    }

    /// <summary>The distribution [V] that tokens are drawn from; what the settings leave out is exactly 0.</summary>
    /// <inheritdoc cref="Next" path="/param|/exception"/>
    public static double[] Probabilities(
        SamplingSettings settings, ReadOnlySpan<float> logits, ReadOnlySpan<int> prompt, IReadOnlyList<int> generated)
    {
        var scores = new double[logits.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = logits[i] < float.PositiveInfinity ? logits[i] : throw new NonFiniteException(
                $"generation: logit of token {i}: expected a finite number, got {logits[i]}. The model's weights or "
                + "the adapter are broken.");
        }

        Penalize(settings, scores, prompt, generated);
        for (int i = 0; i < scores.Length; i++)
            scores[i] /= settings.Temperature;
        KeepTopK(settings.TopK, scores);
        KeepTopP(settings.TopP, scores);
        double[] probabilities = Softmax(scores);
        if (settings.MinP == 0)
            return probabilities;
        double least = settings.MinP * probabilities.Max();
        double kept = probabilities.Where(p => p >= least).Sum();
        return [.. probabilities.Select(p => p >= least ? p / kept : 0)];
    }

    private static void Penalize(
        SamplingSettings settings, double[] scores, ReadOnlySpan<int> prompt, IReadOnlyList<int> generated)
    {
        if (settings.RepetitionPenalty != 1)
        {
            foreach (int id in new HashSet<int>([.. prompt, .. generated]))
                scores[id] *= scores[id] > 0 ? 1 / settings.RepetitionPenalty : settings.RepetitionPenalty;
        }

        foreach (IGrouping<int, int> times in generated.GroupBy(id => id))
            scores[times.Key] -= settings.PresencePenalty + (settings.FrequencyPenalty * times.Count());
    }

    private static void KeepTopK(int k, double[] scores)
    {
        if (k == 0 || k >= scores.Length)
            return;
        double least = scores.OrderDescending().ElementAt(k - 1);
        for (int i = 0; i < scores.Length; i++)
        {
            if (scores[i] < least)
                scores[i] = double.NegativeInfinity;
        }
    }

    /// <summary>Drops from the least probable up all that together stay within 1 - p; one always remains.</summary>
    private static void KeepTopP(double p, double[] scores)
    {
        if (p >= 1)
            return;
        double[] probabilities = Softmax(scores);
        int[] ascending = [.. Enumerable.Range(0, scores.Length).OrderBy(i => probabilities[i])];
        double sum = 0;
        foreach (int i in ascending.AsSpan(0, ascending.Length - 1))
        {
            sum += probabilities[i];
            if (sum > 1 - p)
                return;
            scores[i] = double.NegativeInfinity;
        }
    }

    private static double[] Softmax(double[] scores)
    {
        double max = scores.Max();
        double[] exponentials = [.. scores.Select(s => Math.Exp(s - max))];
        double sum = exponentials.Sum();
        return [.. exponentials.Select(e => e / sum)];
    }
}
