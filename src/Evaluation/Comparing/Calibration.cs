namespace MolEngine.Evaluation.Comparing;

/// <summary>How far a model's confidence in its answers is from how often they are right.</summary>
public static class Calibration
{
    public const int Bins = 10;

    /// <summary>
    /// Expected calibration error (Naeini et al. 2015): answers are put into ten bins of equal width by their
    /// confidence, a bin's upper end being its own, and the distances between mean confidence and share of right
    /// answers are averaged over the bins by their sizes.
    /// </summary>
    /// <param name="answers">Probability of the most probable choice, and whether that is right; at least one.</param>
    public static double Error(IReadOnlyList<(double Confidence, bool IsRight)> answers)
    {
        double[] confidence = new double[Bins], right = new double[Bins];
        foreach ((double c, bool isRight) in answers)
        {
            int bin = Math.Clamp((int)Math.Ceiling(c * Bins) - 1, 0, Bins - 1);
            confidence[bin] += c;
            right[bin] += isRight ? 1 : 0;
        }

        return confidence.Zip(right, (c, r) => Math.Abs(c - r)).Sum() / answers.Count;
    }

    /// <summary>Probabilities of choices from their log-likelihoods, of these choices alone: they sum to 1.</summary>
    public static double[] Probabilities(IReadOnlyList<double> logLikelihoods)
    {
        double max = logLikelihoods.Max();
        double[] values = [.. logLikelihoods.Select(l => Math.Exp(l - max))];
        double sum = values.Sum();
        return [.. values.Select(v => v / sum)];
    }
}
