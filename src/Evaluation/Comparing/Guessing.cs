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

    private static double Guessed(double accuracy, int k) => Math.Min(1, k * (1 - accuracy) / (k - 1));
}
