namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// The head's per-token scalars, in float64: written so that no figure is a difference of nearly equal numbers.
/// </summary>
internal static class HeadMath
{
    /// <summary>
    /// log(1 + x) for x &gt;= 0, exact to the last bits for small x too (Kahan: the rounding of 1 + x is divided out).
    /// </summary>
    public static double Log1P(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : double.IsInfinity(u) ? u : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>e^x - 1, exact to the last bits for small x too (Kahan, as <see cref="Log1P"/>).</summary>
    public static double ExpM1(double x)
    {
        double u = Math.Exp(x);
        return u == 1 ? x : Math.Abs(x) > 1 ? u - 1 : (u - 1) * (x / Math.Log(u));
    }

    /// <summary>log(1 + e^x).</summary>
    public static double Softplus(double x) => x > 0 ? x + Log1P(Math.Exp(-x)) : Log1P(Math.Exp(x));

    /// <summary>log(e^a + e^b); either may be -infinity. NaN stays NaN.</summary>
    public static double LogAdd(double a, double b)
    {
        if (double.IsNegativeInfinity(a))
            return b;
        return double.IsNegativeInfinity(b) ? a : Math.Max(a, b) + Log1P(Math.Exp(-Math.Abs(a - b)));
    }

    /// <summary>
    /// log of the sum of e^x over the logits, <paramref name="except"/> left out; -infinity where none is left.
    /// </summary>
    public static double LogSumExp(ReadOnlySpan<double> logits, int except = -1)
    {
        double max = double.NegativeInfinity;
        for (int i = 0; i < logits.Length; i++)
            max = i == except ? max : Math.Max(max, logits[i]);
        if (double.IsNegativeInfinity(max))
            return max;
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
            sum += i == except ? 0 : Math.Exp(logits[i] - max);
        return max + Math.Log(sum);
    }

    /// <summary>
    /// One class's share of a divergence, p f(r) with f(r) = r + e^-r - 1 and r = log(p / q): never negative. Its sum
    /// over all classes is sum p log(p / q), as p and q both sum to one. For |r| below 0.1 by the series r^2 (1/2! -
    /// r/3! + r^2/4! - ...).
    /// </summary>
    public static double Divergence(double logP, double r)
    {
        double p = Math.Exp(logP);
        if (Math.Abs(r) < 0.1)
            return p * r * r * Series(r);
        // Far below, e^-r alone could overflow while its product with p is just q.
        return r > -30 ? p * (r + Math.Exp(-r) - 1) : Math.Exp(logP - r) + p * (r - 1);
    }

    /// <summary>
    /// dKL(q || p)/dz of an element of probability p whose class has the ratio r = log(p / q): p (1 - e^-r). Where q is
    /// much larger, as the difference of p and its share of the base's mass, as e^-r could overflow.
    /// </summary>
    public static double ForwardGradient(double logP, double r) =>
        r > -1 ? -Math.Exp(logP) * ExpM1(-r) : Math.Exp(logP) - Math.Exp(logP - r);

    /// <summary>
    /// Entropy of the logits among themselves, <paramref name="except"/> left out: log sum e^z - sum p z, as a sum of
    /// what is never negative.
    /// </summary>
    public static double Entropy(ReadOnlySpan<double> logits, int except = -1)
    {
        double all = LogSumExp(logits, except), entropy = 0;
        for (int i = 0; i < logits.Length; i++)
            entropy += i == except ? 0 : Math.Exp(logits[i] - all) * (all - logits[i]);
        return entropy;
    }

    /// <summary>1/2! - r/3! + r^2/4! - ... + r^8/10!: what is left out is below 1e-17 for |r| at most 0.1.</summary>
    private static double Series(double r)
    {
        double sum = 1;
        for (int k = 10; k > 2; k--)
            sum = 1 - r / k * sum;
        return sum / 2;
    }
}
