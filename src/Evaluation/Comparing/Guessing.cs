namespace MolEngine.Evaluation.Comparing;

/// <summary>
/// Transitions of multiple-choice items that guessing alone makes, in the manner of Harmon et al. (arXiv 2510.17776).
/// </summary>
/// <remarks>
/// A model of accuracy a over k choices that guesses evenly where it does not know leaves u(a) = k (1 - a) / (k - 1) of
/// the items to guessing, at most all: of those, 1 / k come out right. An item goes from right to wrong by guessing
/// alone where both models guess, the first luckily and the second not; with guesses and knowledge independent that is
/// u(a) u(b) (k - 1) / k^2 of the items, which is (1 - a) (1 - b) / (k - 1) where neither is below chance. It is the
/// same from wrong to right.
/// </remarks>
public static class Guessing
{
    /// <summary>Items expected to change in one direction.</summary>
    /// <param name="before">Accuracy before, over all these items.</param>
    /// <param name="after">The same after.</param>
    /// <param name="choices">Choices of each item; 2 or more.</param>
    public static double Transitions(double before, double after, IEnumerable<int> choices) =>
        choices.Sum(k => Guessed(before, k) * Guessed(after, k) * (k - 1) / ((double)k * k));

    /// <summary>
    /// The probability that guessing alone changes at least as many items in one direction, each by itself: the upper
    /// tail of a binomial distribution.
    /// </summary>
    /// <param name="expected">As <see cref="Transitions"/> has it, of so many items.</param>
    public static double AtLeast(int changed, int items, double expected)
    {
        double share = expected / items;
        if (changed == 0 || share <= 0)
            return changed == 0 ? 1 : 0;
        double log = items * Math.Log(1 - share), sum = 0;
        for (int k = 0; k <= items; k++)
        {
            if (k >= changed)
                sum += Math.Exp(log);
            log += Math.Log((double)(items - k) / (k + 1)) + Math.Log(share / (1 - share));
        }

        return Math.Min(1, sum);
    }

    private static double Guessed(double accuracy, int k) => Math.Min(1, k * (1 - accuracy) / (k - 1));
}
