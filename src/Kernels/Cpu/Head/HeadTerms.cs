namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// One token's losses and gradient coefficients from its few exact logits and the tail's log-sum-exp, all in float64.
/// S = the base's top n and the target y; the tail is everything else.
/// </summary>
internal readonly ref struct HeadTerms
{
    /// <summary>The student's logits of S, as ids ascend.</summary>
    public required ReadOnlySpan<double> Logits { get; init; }

    /// <summary>
    /// The base's logits of S; meaningless at <see cref="Target"/> where the target is not in the top n.
    /// </summary>
    public required ReadOnlySpan<double> BaseLogits { get; init; }

    /// <summary>Where the target stands in S.</summary>
    public required int Target { get; init; }

    public required bool TargetInTop { get; init; }

    public required bool HasBase { get; init; }

    /// <summary>The student's log-sum-exp over everything outside S.</summary>
    public required double Tail { get; init; }

    public double BaseLogSumExp { get; init; }

    public double BaseTail { get; init; }

    /// <summary>a: weight of the cross-entropy.</summary>
    public required double CeWeight { get; init; }

    /// <summary>b: weight of the divergence.</summary>
    public required double KlWeight { get; init; }

    /// <summary>
    /// CE = softplus(lse_others - z_y) with lse_others over everything but y, so that a confident token keeps its
    /// digits. Receives in
    /// <paramref name="coefficients"/> dL/dz of S.
    /// </summary>
    public HeadFigures Compute(Span<double> coefficients)
    {
        double target = Logits[Target];
        double others = HeadMath.LogAdd(HeadMath.LogSumExp(Logits, Target), Tail);
        double lse = HeadMath.LogAdd(others, target);
        double ce = HeadMath.Softplus(others - target);
        double notTarget = Math.Exp(others - lse);
        if (!HasBase)
        {
            for (int k = 0; k < Logits.Length; k++)
                coefficients[k] = CeWeight * (k == Target ? -notTarget : Math.Exp(Logits[k] - lse));
            return new HeadFigures(ce, 0, lse, 0, CeWeight);
        }

        double rest = (TargetInTop ? Tail : HeadMath.LogAdd(Tail, target)) - lse;
        (double kl, double mean, double restRatio) = Divergence(lse, rest, coefficients);
        for (int k = 0; k < Logits.Length; k++)
        {
            // The mean of G is taken out in place of the KL: what shifts every G alike (rounding of a log-sum-exp)
            // cancels.
            double centred = KlWeight * (coefficients[k] - mean);
            double p = Math.Exp(Logits[k] - lse);
            coefficients[k] = k == Target ? p * centred - CeWeight * notTarget : p * (CeWeight + centred);
        }

        return new HeadFigures(ce, kl, lse, rest, CeWeight + KlWeight * (restRatio - mean));
    }

    /// <summary>
    /// KL and sum p G over the top n and the residual class. <paramref name="ratios"/> receives G = log(p / q) of S,
    /// where a target outside the top n belongs to the residual class.
    /// </summary>
    private (double Kl, double Mean, double RestRatio) Divergence(double lse, double rest, Span<double> ratios)
    {
        double kl = 0, mean = 0, restRatio = 0;
        if (!double.IsNegativeInfinity(rest))
        {
            restRatio = rest - (BaseTail - BaseLogSumExp);
            kl = HeadMath.Divergence(rest, restRatio);
            mean = Math.Exp(rest) * restRatio;
        }

        for (int k = 0; k < Logits.Length; k++)
        {
            if (k == Target && !TargetInTop)
            {
                ratios[k] = restRatio;
                continue;
            }

            double logP = Logits[k] - lse;
            ratios[k] = logP - (BaseLogits[k] - BaseLogSumExp);
            kl += HeadMath.Divergence(logP, ratios[k]);
            mean += Math.Exp(logP) * ratios[k];
        }

        return (kl, mean, restRatio);
    }
}

/// <param name="TailCoefficient">dL/dz_v = TailCoefficient p_v for every v in the tail.</param>
internal readonly record struct HeadFigures(
    double CrossEntropy, double KlDivergence, double LogSumExp, double TailLogP, double TailCoefficient);
