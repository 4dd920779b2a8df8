namespace MolEngine.Kernels.Cpu.Head;

/// <summary>Divergences of student and base over a token's classes.</summary>
/// <param name="Norm">Log of what the student's e^z are divided by.</param>
/// <param name="Reverse">Sum of p log(p / q).</param>
/// <param name="Forward">Sum of q log(q / p).</param>
/// <param name="Mean">Sum of p G with G = log(p / q), as rounding left it.</param>
/// <param name="RestRatio">G of the residual class.</param>
internal readonly record struct HeadDivergence(
    double Norm, double Reverse, double Forward, double Mean, double RestRatio);

/// <summary>What <see cref="HeadTerms"/> makes of a token: its figures, and the gradient's tail.</summary>
internal readonly record struct HeadFigures
{
    public double CrossEntropy { get; init; }

    public double GatedCe { get; init; }

    public double KlDivergence { get; init; }

    public double ForwardKl { get; init; }

    public double HeldKl { get; init; }

    public double LogSumExp { get; init; }

    public double TailLogP { get; init; }

    /// <summary>Of the cross-entropy and the reverse divergence: dL/dz_v = TailCoefficient p_v for v in the
    /// tail.</summary>
    public double TailCoefficient { get; init; }

    /// <summary>Weight of the forward divergence, whose part of the tail's gradient <see cref="TailFactor"/>
    /// adds.</summary>
    public double ForwardWeight { get; init; }

    /// <inheritdoc cref="HeadDivergence.Norm"/>
    public double Norm { get; init; }

    /// <inheritdoc cref="HeadDivergence.RestRatio"/>
    public double RestRatio { get; init; }

    /// <summary>dL/dz_v = factor e^(z - unit) for every v in the tail.</summary>
    public double TailFactor(double unit)
    {
        double factor = TailCoefficient * Math.Exp(unit - LogSumExp);
        return ForwardWeight == 0
            ? factor
            : factor + (ForwardWeight * HeadMath.ForwardGradient(unit - Norm, RestRatio));
    }
}
