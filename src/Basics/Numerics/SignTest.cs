namespace MolEngine.Basics.Numerics;

/// <summary>
/// The exact two-sided sign test of paired changes. Of items that are right or wrong it is McNemar's exact test: only
/// those that change count, and by chance each goes either way as a coin falls.
/// </summary>
public static class SignTest
{
    /// <summary>
    /// The probability, were both ways as likely, of a split at least as uneven: min(1, 2 P(X &lt;= min)), with X
    /// binomial of worse + better draws. 1 where nothing changed.
    /// </summary>
    public static double TwoSided(int worse, int better)
    {
        int n = worse + better, least = Math.Min(worse, better);

        // The terms' logarithms: 2^-n alone underflows from n = 1,075 on.
        double log = -n * Math.Log(2), sum = 0;
        for (int k = 0; k <= least; k++)
        {
            sum += Math.Exp(log);
            log += Math.Log((double)(n - k) / (k + 1));
        }

        return Math.Min(1, 2 * sum);
    }
}
