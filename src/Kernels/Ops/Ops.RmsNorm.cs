using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

public abstract partial class Ops
{
    /// <summary>
    /// y = x * rsqrt(mean(x^2) + eps) * weight, over the last dimension. x fp32, y activation or
    /// fp32 [T, H];
    /// weight [H]; rstd fp32 [T].
    /// </summary>
    /// <param name="y">May be x itself where it is fp32.</param>
    /// <param name="rstd">Receives rsqrt(mean(x^2) + eps), which the backward pass reads.</param>
    public void RmsNorm(Tensor x, Tensor weight, float eps, Tensor y, Tensor rstd)
    {
        CheckRmsNorm(nameof(RmsNorm), x, weight, rstd);
        Require.ActivationOrF32(nameof(RmsNorm), nameof(y), y, ActivationType, x.Shape[0], x.Shape[1]);
        Require.SameOrDistinct(nameof(RmsNorm), y, x);
        RmsNormCore(x, weight, eps, y, rstd);
    }

    /// <summary>
    /// sum = x + delta; y = RmsNorm(sum). x, sum fp32, delta activation, y activation or fp32. sum may be x or delta
    /// itself; so may y where sum is not.
    /// </summary>
    public void AddRmsNorm(Tensor x, Tensor delta, Tensor weight, float eps, Tensor sum, Tensor y, Tensor rstd)
    {
        CheckRmsNorm(nameof(AddRmsNorm), x, weight, rstd);
        Require.ActivationOrF32(nameof(AddRmsNorm), nameof(y), y, ActivationType, x.Shape[0], x.Shape[1]);
        Require.Shape(nameof(AddRmsNorm), nameof(delta), delta, ActivationType, x.Shape[0], x.Shape[1]);
        Require.Shape(nameof(AddRmsNorm), nameof(sum), sum, DType.F32, x.Shape[0], x.Shape[1]);
        Require.Distinct(nameof(AddRmsNorm), sum, y);
        foreach (Tensor input in (ReadOnlySpan<Tensor>)[x, delta])
        {
            Require.SameOrDistinct(nameof(AddRmsNorm), sum, input);
            Require.SameOrDistinct(nameof(AddRmsNorm), y, input);
        }

        AddRmsNormCore(x, delta, weight, eps, sum, y, rstd);
    }

    /// <summary>
    /// dx += d(RmsNorm)/dx . dy; dWeight += sum over tokens of dy * x * rstd (each row's sum by itself, rows in order).
    /// </summary>
    /// <param name="dy">Activation or fp32.</param>
    /// <param name="dx">fp32, accumulated; must not overlap dy or x.</param>
    /// <param name="dWeight">fp32 [H], or null where the weight is frozen.</param>
    /// <param name="y">Activation [T, H]: receives the norm of x once more, with the bits of <see cref="RmsNorm"/>.
    /// Null where nobody reads it.</param>
    /// <param name="rounded">Activation [T, H]: receives what dx has become, as products take it. Null where nobody
    /// reads it.</param>
    public void RmsNormBackward(
        Tensor dy, Tensor x, Tensor weight, Tensor rstd, SequenceLayout layout, Tensor dx, Tensor? dWeight,
        Tensor? y = null, Tensor? rounded = null)
    {
        CheckRmsNorm(nameof(RmsNormBackward), x, weight, rstd);
        Require.ActivationOrF32(nameof(RmsNormBackward), nameof(dy), dy, ActivationType, x.Shape[0], x.Shape[1]);
        Require.Shape(nameof(RmsNormBackward), nameof(dx), dx, DType.F32, x.Shape[0], x.Shape[1]);
        Require.Shape(nameof(RmsNormBackward), nameof(dWeight), dWeight, DType.F32, x.Shape[1]);
        Require.Layout(nameof(RmsNormBackward), layout, x.Shape[0]);
        Require.Shape(nameof(RmsNormBackward), nameof(y), y, ActivationType, x.Shape[0], x.Shape[1]);
        Require.Shape(nameof(RmsNormBackward), nameof(rounded), rounded, ActivationType, x.Shape[0], x.Shape[1]);
        Tensor?[] outputs = [dx, y, rounded];
        CheckOutputs(nameof(RmsNormBackward), [.. outputs.OfType<Tensor>()], [dy, x]);
        RmsNormBackwardCore(dy, x, weight, rstd, layout, dx, dWeight, y, rounded);
    }

    protected abstract void RmsNormCore(Tensor x, Tensor weight, float eps, Tensor y, Tensor rstd);

    protected abstract void AddRmsNormCore(
        Tensor x, Tensor delta, Tensor weight, float eps, Tensor sum, Tensor y, Tensor rstd);

    protected abstract void RmsNormBackwardCore(
        Tensor dy, Tensor x, Tensor weight, Tensor rstd, SequenceLayout layout, Tensor dx, Tensor? dWeight, Tensor? y,
        Tensor? rounded);

    private static void CheckRmsNorm(string op, Tensor x, Tensor weight, Tensor rstd)
    {
        Require.Rank(op, "x", x, 2);
        Require.Type(op, "x", x, DType.F32);
        Require.Weight(op, "weight", weight, x.Shape[1]);
        Require.Shape(op, "rstd", rstd, DType.F32, x.Shape[0]);
    }
}
