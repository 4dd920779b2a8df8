using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// One token's losses and gradient coefficients from its few exact logits and the tail's log-sum-exp, all in float64.
/// S = the base's top n and the target y; the tail is everything else. The formulas stand in docs/method.md.
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

    /// <summary>The base's log-sum-exp over everything outside S; read where the target is left out.</summary>
    public double BaseTailWithoutTarget { get; init; }

    /// <summary>a: weight of the cross-entropy.</summary>
    public required double CeWeight { get; init; }

    /// <summary>b: weight of the divergence.</summary>
    public required double KlWeight { get; init; }

    public LossForms Form { get; init; }

    /// <summary>Share of the divergence's weight that is of KL(q || p).</summary>
    public double ForwardShare { get; init; }

    private bool IsWithoutTarget => Form.HasFlag(LossForms.WithoutTarget);

    /// <summary>
    /// CE = softplus(lse_others - z_y) with lse_others over everything but y, so that a confident token keeps its
    /// digits. Receives in <paramref name="coefficients"/> dL/dz of S.
    /// </summary>
    public HeadFigures Compute(Span<double> coefficients)
    {
        double target = Logits[Target];
        double others = HeadMath.LogAdd(HeadMath.LogSumExp(Logits, Target), Tail);
        double lse = HeadMath.LogAdd(others, target);
        double ce = HeadMath.Softplus(others - target), gate = Gate(ce), ceWeight = CeWeight * gate;
        double notTarget = Math.Exp(others - lse);
        if (!HasBase)
        {
            for (int k = 0; k < Logits.Length; k++)
                coefficients[k] = ceWeight * (k == Target ? -notTarget : Math.Exp(Logits[k] - lse));
            return new HeadFigures
            {
                CrossEntropy = ce,
                GatedCe = gate * ce,
                LogSumExp = lse,
                TailCoefficient = ceWeight,
            };
        }

        double rest = (TargetInTop ? Tail : HeadMath.LogAdd(Tail, target)) - lse;
        HeadDivergence all = Divergence(lse, rest, BaseLogSumExp, BaseTail - BaseLogSumExp, false, coefficients);
        HeadDivergence held = all;
        if (IsWithoutTarget)
        {
            double baseOthers = HeadMath.LogAdd(HeadMath.LogSumExp(BaseLogits, Target), BaseTailWithoutTarget);
            held = Divergence(
                others, Tail - others, baseOthers, BaseTailWithoutTarget - baseOthers, true, coefficients);
        }

        WriteCoefficients(coefficients, lse, ceWeight, notTarget, held);
        double tail = (1 - ForwardShare) * KlWeight * (held.RestRatio - held.Mean);
        return new HeadFigures
        {
            CrossEntropy = ce,
            GatedCe = gate * ce,
            LogSumExp = lse,
            KlDivergence = all.Reverse,
            ForwardKl = all.Forward,
            HeldKl = ForwardShare == 0
                ? held.Reverse
                : ((1 - ForwardShare) * held.Reverse) + (ForwardShare * held.Forward),
            TailLogP = rest,
            TailCoefficient = ceWeight + (IsWithoutTarget ? tail * Math.Exp(lse - others) : tail),
            ForwardWeight = ForwardShare * KlWeight,
            Norm = held.Norm,
            RestRatio = held.RestRatio,
        };
    }

    /// <summary>What the cross-entropy is multiplied by; no gradient flows through it.</summary>
    private double Gate(double ce)
    {
        if (Form.HasFlag(LossForms.ProbabilityGate))
            return Math.Exp(-ce);
        if (!Form.HasFlag(LossForms.EntropyGate))
            return 1;
        int top = Logits.Length - (TargetInTop ? 0 : 1);
        return top < 2 ? 0 : HeadMath.Entropy(BaseLogits, TargetInTop ? -1 : Target) / Math.Log(top);
    }

    /// <param name="coefficients">Of each entry of S its G = log(p / q), in place of which comes dL/dz.</param>
    private void WriteCoefficients(
        Span<double> coefficients, double lse, double ceWeight, double notTarget, in HeadDivergence held)
    {
        double reverse = (1 - ForwardShare) * KlWeight, forward = ForwardShare * KlWeight;
        for (int k = 0; k < Logits.Length; k++)
        {
            // The mean of G is taken out in place of the KL: what shifts every G alike (rounding of a log-sum-exp)
            // cancels.
            double ratio = coefficients[k], centred = reverse * (ratio - held.Mean);
            double p = Math.Exp(Logits[k] - lse);
            if (!IsWithoutTarget)
                coefficients[k] = k == Target ? p * centred - ceWeight * notTarget : p * (ceWeight + centred);
            else if (k == Target)
                coefficients[k] = -ceWeight * notTarget;
            else
                coefficients[k] = p * ceWeight + Math.Exp(Logits[k] - held.Norm) * centred;
            if (forward != 0 && !(IsWithoutTarget && k == Target))
                coefficients[k] += forward * HeadMath.ForwardGradient(Logits[k] - held.Norm, ratio);
        }
    }

    /// <summary>
    /// KL both ways and sum p G over the top n and the residual class. <paramref name="ratios"/> receives
    /// G = log(p / q) of S, where a target outside the top n belongs to the residual class.
    /// </summary>
    /// <param name="norm">Log of what the student's e^z are divided by.</param>
    /// <param name="rest">Log of the student's residual class, divided by that.</param>
    /// <param name="withoutTarget">The target is in no class; its ratio means nothing.</param>
    private HeadDivergence Divergence(
        double norm, double rest, double baseNorm, double baseRest, bool withoutTarget, Span<double> ratios)
    {
        double reverse = 0, forward = 0, mean = 0, restRatio = 0;
        if (!double.IsNegativeInfinity(rest))
        {
            restRatio = rest - baseRest;
            reverse = HeadMath.Divergence(rest, restRatio);
            forward = HeadMath.Divergence(baseRest, -restRatio);
            mean = Math.Exp(rest) * restRatio;
        }

        for (int k = 0; k < Logits.Length; k++)
        {
            if (k == Target && (withoutTarget || !TargetInTop))
            {
                ratios[k] = restRatio;
                continue;
            }

            double logP = Logits[k] - norm, logQ = BaseLogits[k] - baseNorm;
            ratios[k] = logP - logQ;
            reverse += HeadMath.Divergence(logP, ratios[k]);
            forward += HeadMath.Divergence(logQ, -ratios[k]);
            mean += Math.Exp(logP) * ratios[k];
        }

        return new HeadDivergence(norm, reverse, forward, mean, restRatio);
    }
}
