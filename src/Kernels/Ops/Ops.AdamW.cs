using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

/// <summary>One AdamW update (Loshchilov and Hutter 2019, as PyTorch orders it).</summary>
/// <param name="Correction1">1 - Beta1^step.</param>
/// <param name="Correction2">1 - Beta2^step.</param>
/// <param name="GradientScale">What the gradient is multiplied by first: the clipping coefficient.</param>
public readonly record struct AdamWStep(
    double LearningRate, double Beta1, double Beta2, double Eps, double WeightDecay, double Correction1,
    double Correction2, double GradientScale);

/// <summary>A tensor that AdamW updates: fp32 of equal counts, the gradient is left as it is.</summary>
/// <param name="M">First moment.</param>
/// <param name="V">Second moment.</param>
/// <param name="Decays">Whether weight decay applies to it.</param>
/// <param name="Copy">BF16 of the same count: receives the new value, rounded; or null.</param>
public sealed record AdamWTensors(
    Tensor Value, Tensor Gradient, Tensor M, Tensor V, bool Decays = true, Tensor? Copy = null);

public abstract partial class Ops
{
    /// <summary>
    /// For every tensor: p -= lr * decay * p; g *= scale; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
    /// p -= lr / c1 * m / (sqrt(v) / sqrt(c2) + eps); copy = bf16(p).
    /// </summary>
    public void AdamW(IReadOnlyList<AdamWTensors> tensors, in AdamWStep step)
    {
        foreach (AdamWTensors t in tensors)
            CheckAdamW(t);
        if (!(step.Correction1 > 0 && step.Correction2 > 0))
        {
            throw new ArgumentException(
                $"AdamW: bias corrections: expected 1 - beta^step above 0, got {step.Correction1} and "
                + $"{step.Correction2}. Steps count from 1.");
        }

        AdamWCore(tensors, step);
    }

    /// <summary>
    /// sum = the sum of squares of fp32 tensors, in float64, in a fixed order. It is infinite or NaN where an element
    /// is.
    /// </summary>
    /// <param name="sum">F64 [1].</param>
    public void SumOfSquares(IReadOnlyList<Tensor> tensors, Tensor sum)
    {
        foreach (Tensor x in tensors)
            Require.Type(nameof(SumOfSquares), x.Name, x, DType.F32);
        Require.Type(nameof(SumOfSquares), nameof(sum), sum, DType.F64);
        Require.Count(nameof(SumOfSquares), nameof(sum), sum, 1);
        SumOfSquaresCore(tensors, sum);
    }

    /// <summary>The sum of squares of all elements, for a caller that waits for the number.</summary>
    public double SumOfSquares(params IReadOnlyList<Tensor> tensors)
    {
        using Arena arena = CreateArena("sum of squares");
        Tensor sum = arena.Allocate("sum", DType.F64, 1);
        SumOfSquares(tensors, sum);
        var value = new double[1];
        Download<double>(sum, value);
        return value[0];
    }

    protected abstract void AdamWCore(IReadOnlyList<AdamWTensors> tensors, in AdamWStep step);

    protected abstract void SumOfSquaresCore(IReadOnlyList<Tensor> tensors, Tensor sum);

    private static void CheckAdamW(AdamWTensors t)
    {
        foreach (Tensor x in (ReadOnlySpan<Tensor>)[t.Value, t.Gradient, t.M, t.V])
        {
            Require.Type(nameof(AdamW), x.Name, x, DType.F32);
            Require.Count(nameof(AdamW), x.Name, x, t.Value.Count);
        }

        if (t.Copy is { } copy)
        {
            Require.Type(nameof(AdamW), copy.Name, copy, DType.BF16);
            Require.Count(nameof(AdamW), copy.Name, copy, t.Value.Count);
        }

        Tensor[] all = t.Copy is null ? [t.Value, t.M, t.V, t.Gradient] : [t.Value, t.M, t.V, t.Gradient, t.Copy];
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = i + 1; j < all.Length; j++)
                Require.Distinct(nameof(AdamW), all[i], all[j]);
        }
    }
}
