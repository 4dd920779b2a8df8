namespace MolEngine.Oracle;

/// <summary>The Mixture of Losses at one token.</summary>
internal static class TokenLoss
{
    /// <summary>
    /// CE = -log p_y and KL = sum over the base's top n and the residual class of p log(p / q). Adds onto
    /// <paramref name="gradient"/>, times <paramref name="scale"/>, a dCE/dz + b dKL/dz with dCE/dz_v = p_v - [v = y]
    /// and dKL/dz_v = p_v (G_v - KL), where G_v = log(p / q) of v's class.
    /// </summary>
    /// <param name="z">The student's logits [V].</param>
    /// <param name="z0">The base model's logits [V]; empty for no KL.</param>
    /// <param name="top">Ids that the KL tells apart; null for the n largest of z0.</param>
    public static (double Ce, double Kl) Compute(
        ReadOnlySpan<double> z, ReadOnlySpan<double> z0, int label, int topN, double a, double b, double scale,
        Span<double> gradient, int[]? top = null)
    {
        int vocabulary = z.Length;
        var logP = new double[vocabulary];
        LogSoftmax(z, logP);
        var logRatio = new double[vocabulary];
        double kl = z0.IsEmpty ? 0 : Divergence(logP, z0, top ?? TopIds(z0, Math.Min(topN, vocabulary)), logRatio);
        for (int v = 0; v < vocabulary; v++)
            gradient[v] += scale * Math.Exp(logP[v]) * (a + b * (logRatio[v] - kl));
        gradient[label] -= scale * a;
        return (-logP[label], kl);
    }

    /// <summary>Ids of the n largest values, in descending order, ties to the lower id.</summary>
    public static int[] TopIds(ReadOnlySpan<double> z, int n)
    {
        var top = new List<int>(n + 1);
        for (int v = 0; v < z.Length; v++)
        {
            if (top.Count == n && !(z[v] > z[top[^1]]))
                continue;
            int at = top.Count;
            while (at > 0 && z[v] > z[top[at - 1]])
                at--;
            top.Insert(at, v);
            if (top.Count > n)
                top.RemoveAt(n);
        }

        return [.. top];
    }

    private static double Divergence(double[] logP, ReadOnlySpan<double> z0, int[] top, double[] logRatio)
    {
        var logQ = new double[logP.Length];
        LogSoftmax(z0, logQ);
        var inside = new bool[logP.Length];
        double kl = 0;
        foreach (int t in top)
        {
            inside[t] = true;
            logRatio[t] = logP[t] - logQ[t];
            kl += Math.Exp(logP[t]) * Bregman(logRatio[t]);
        }

        if (top.Length == logP.Length)
            return kl;
        double tailP = TailLogSumExp(logP, inside), tailRatio = tailP - TailLogSumExp(logQ, inside);
        for (int v = 0; v < logP.Length; v++)
        {
            if (!inside[v])
                logRatio[v] = tailRatio;
        }

        return kl + Math.Exp(tailP) * Bregman(tailRatio);
    }

    /// <summary>
    /// r + e^-r - 1, never negative; by its series near 0, where the closed form cancels. Summed with weights p over
    /// all classes it is sum p r, since both p and q sum to 1.
    /// </summary>
    private static double Bregman(double r) =>
        Math.Abs(r) < 0.01
            ? r * r * (1.0 / 2 - r * (1.0 / 6 - r * (1.0 / 24 - r * (1.0 / 120 - r * (1.0 / 720 - r / 5040)))))
            : r + (Math.Exp(-r) - 1);

    private static void LogSoftmax(ReadOnlySpan<double> z, double[] result)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double x in z)
            largest = Math.Max(largest, x);
        foreach (double x in z)
            sum += Math.Exp(x - largest);
        double lse = largest + Math.Log(sum);
        for (int v = 0; v < z.Length; v++)
            result[v] = z[v] - lse;
    }

    private static double TailLogSumExp(double[] logP, bool[] inside)
    {
        double largest = double.NegativeInfinity, sum = 0;
        for (int v = 0; v < logP.Length; v++)
            largest = inside[v] ? largest : Math.Max(largest, logP[v]);
        for (int v = 0; v < logP.Length; v++)
            sum += inside[v] ? 0 : Math.Exp(logP[v] - largest);
        return largest + Math.Log(sum);
    }
}
