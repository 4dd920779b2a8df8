namespace MolEngine.Oracle;

/// <summary>The losses at one token.</summary>
/// <param name="ceWeight">Of the cross-entropy; the KL has the rest.</param>
/// <param name="forwardShare">Part of KL(q || p) in the KL.</param>
internal sealed class TokenLoss(int topN, OracleLossKind kind, double ceWeight, double forwardShare)
{
    /// <summary>
    /// CE = -log p_y, times its gate g, and the KL of classes c, the base's top n and the residual one, over all
    /// elements or all but y: sum P log(P / Q) and sum Q log(Q / P). Adds onto <paramref name="gradient"/>, times
    /// <paramref name="scale"/>, their derivatives: g (p_v - [v = y]), p_v (G_c - sum P G) with G = log(P / Q), and
    /// p_v (1 - Q_c / P_c).
    /// </summary>
    /// <param name="z">The student's logits [V].</param>
    /// <param name="z0">The base model's logits [V]; empty for no KL.</param>
    /// <param name="ids">Ids that the KL tells apart; null for the n largest of z0.</param>
    /// <returns>CE without its gate, KL(p || q) over all elements, and the loss.</returns>
    public (double Ce, double Kl, double Loss) Compute(
        ReadOnlySpan<double> z, ReadOnlySpan<double> z0, int label, double scale, Span<double> gradient,
        int[]? ids = null)
    {
        int vocabulary = z.Length;
        double[] logP = LogSoftmax(z, -1);
        int[] top = z0.IsEmpty ? [] : ids ?? TopIds(z0, Math.Min(topN, vocabulary));
        double gate = kind == OracleLossKind.Asft ? Math.Exp(logP[label])
            : kind == OracleLossKind.Eaft ? Entropy(z0, top) / Math.Log(top.Length)
            : 1;
        for (int v = 0; v < vocabulary; v++)
            gradient[v] += scale * ceWeight * gate * (Math.Exp(logP[v]) - (v == label ? 1 : 0));
        double ce = -logP[label];
        if (z0.IsEmpty)
            return (ce, 0, ceWeight * gate * ce);
        double klWeight = 1 - ceWeight;
        double kl = Held(z, z0, top, -1, 0, 0, []);
        double held = Held(
            z, z0, top, kind == OracleLossKind.MaskedKl ? label : -1, forwardShare, scale * klWeight, gradient);
        return (ce, kl, ceWeight * gate * ce + klWeight * held);
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

    /// <summary>The KL without element <paramref name="left"/>; its gradient times scale is added, where that is not
    /// 0.</summary>
    private static double Held(
        ReadOnlySpan<double> z, ReadOnlySpan<double> z0, int[] top, int left, double share, double scale,
        Span<double> gradient)
    {
        double[] logP = LogSoftmax(z, left), logQ = LogSoftmax(z0, left);
        var classes = new int[z.Length];
        Array.Fill(classes, top.Length);
        for (int c = 0; c < top.Length; c++)
            classes[top[c]] = c;
        var ratio = new double[top.Length + 1];
        double kl = 0, mean = 0;
        for (int c = 0; c < ratio.Length; c++)
        {
            double p = ClassLog(logP, classes, c), q = ClassLog(logQ, classes, c);
            if (double.IsNegativeInfinity(p))
                continue;
            ratio[c] = p - q;
            kl += (1 - share) * Math.Exp(p) * Bregman(p - q) + share * Math.Exp(q) * Bregman(q - p);
            mean += Math.Exp(p) * (p - q);
        }

        for (int v = 0; v < z.Length && scale != 0; v++)
        {
            double g = ratio[classes[v]];
            gradient[v] += scale * Math.Exp(logP[v]) * ((1 - share) * (g - mean) - share * ExpM1(-g));
        }

        return kl;
    }

    /// <summary>Entropy of a softmax over these elements alone.</summary>
    private static double Entropy(ReadOnlySpan<double> z, int[] ids)
    {
        double[] logits = new double[ids.Length];
        for (int k = 0; k < ids.Length; k++)
            logits[k] = z[ids[k]];
        return -LogSoftmax(logits, -1).Sum(x => Math.Exp(x) * x);
    }

    private static double ExpM1(double x) =>
        Math.Abs(x) < 1e-3 ? x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5)))) : Math.Exp(x) - 1;

    /// <summary>
    /// r + e^-r - 1, never negative; by its series near 0, where the closed form cancels. Summed with weights p over
    /// all classes it is sum p r, since both p and q sum to 1.
    /// </summary>
    private static double Bregman(double r) =>
        Math.Abs(r) < 0.01
            ? r * r * (1.0 / 2 - r * (1.0 / 6 - r * (1.0 / 24 - r * (1.0 / 120 - r * (1.0 / 720 - r / 5040)))))
            : r + (Math.Exp(-r) - 1);

    /// <summary>Logarithms of a softmax without element <paramref name="left"/>, which is -infinity.</summary>
    private static double[] LogSoftmax(ReadOnlySpan<double> z, int left)
    {
        double largest = double.NegativeInfinity, sum = 0;
        for (int v = 0; v < z.Length; v++)
            largest = v == left ? largest : Math.Max(largest, z[v]);
        for (int v = 0; v < z.Length; v++)
            sum += v == left ? 0 : Math.Exp(z[v] - largest);
        double lse = largest + Math.Log(sum);
        var result = new double[z.Length];
        for (int v = 0; v < z.Length; v++)
            result[v] = v == left ? double.NegativeInfinity : z[v] - lse;
        return result;
    }

    /// <summary>Log of a class's mass; -infinity where it is empty.</summary>
    private static double ClassLog(double[] logP, int[] classes, int c)
    {
        double largest = double.NegativeInfinity, sum = 0;
        for (int v = 0; v < logP.Length; v++)
            largest = classes[v] == c ? Math.Max(largest, logP[v]) : largest;
        if (double.IsNegativeInfinity(largest))
            return largest;
        for (int v = 0; v < logP.Length; v++)
            sum += classes[v] == c ? Math.Exp(logP[v] - largest) : 0;
        return largest + Math.Log(sum);
    }
}
