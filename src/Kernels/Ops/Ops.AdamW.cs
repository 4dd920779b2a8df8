using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Ops;

/// <summary>One AdamW update (Loshchilov and Hutter 2019, as PyTorch orders it).</summary>
/// <param name="Correction1">1 - Beta1^step.</param>
/// <param name="Correction2">1 - Beta2^step.</param>
/// <param name="GradientScale">What the gradient is multiplied by first: the clipping coefficient.</param>
public readonly record struct AdamWStep(
    double LearningRate, double Beta1, double Beta2, double Eps, double WeightDecay, double Correction1,
    double Correction2, double GradientScale);

public abstract partial class Ops
{
    /// <summary>
    /// p -= lr * decay * p; g *= scale; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
    /// p -= lr / c1 * m / (sqrt(v) / sqrt(c2) + eps). All fp32 and of equal counts; the gradient is left as it is.
    /// </summary>
    public void AdamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, in AdamWStep step)
    {
        foreach (Tensor x in (ReadOnlySpan<Tensor>)[parameter, gradient, m, v])
        {
            Require.Type(nameof(AdamW), x.Name, x, DType.F32);
            Require.Count(nameof(AdamW), x.Name, x, parameter.Count);
        }

        if (!(step.Correction1 > 0 && step.Correction2 > 0))
        {
            throw new ArgumentException(
                $"AdamW: bias corrections: expected 1 - beta^step above 0, got {step.Correction1} and "
                + $"{step.Correction2}. Steps count from 1.");
        }

        Require.Distinct(nameof(AdamW), parameter, gradient);
        Require.Distinct(nameof(AdamW), parameter, m);
        Require.Distinct(nameof(AdamW), parameter, v);
        Require.Distinct(nameof(AdamW), m, v);
        Require.Distinct(nameof(AdamW), m, gradient);
        Require.Distinct(nameof(AdamW), v, gradient);
        AdamWCore(parameter, gradient, m, v, step);
    }

    /// <summary>
    /// Sum of squares of an fp32 tensor, in float64, in a fixed order. It is infinite or NaN where an element is.
    /// </summary>
    public double SumOfSquares(Tensor x)
    {
        Require.Type(nameof(SumOfSquares), nameof(x), x, DType.F32);
        return SumOfSquaresCore(x);
    }

    protected abstract void AdamWCore(Tensor parameter, Tensor gradient, Tensor m, Tensor v, in AdamWStep step);

    protected abstract double SumOfSquaresCore(Tensor x);
}
