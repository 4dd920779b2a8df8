using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

/// <summary>Weights [D] of the RMS norms that Qwen3 applies to every query and key head before the rotation.</summary>
public sealed record QkNorm(Tensor Query, Tensor Key, float Eps);

public abstract partial class Ops
{
    /// <summary>
    /// Optional per-head RMS norm, then rotary embedding (halves [0, D/2) and [D/2, D) are the pairs) by each token's
    /// position. q, qOut activation [T, Hq D]; k, kOut activation [T, Hkv D]; each may be columns of a matrix of more
    /// heads. qOut may be q itself and kOut k; other overlap is an error.
    /// </summary>
    /// <exception cref="ArgumentException">A position is not a row of the rotary table.</exception>
    public void QkNormRope(
        Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout, Tensor qOut,
        Tensor kOut)
    {
        CheckQkNormRope(nameof(QkNormRope), q, k, heads, norm, rotary, layout, qOut, kOut);
        CheckInPlace(nameof(QkNormRope), q, qOut);
        CheckInPlace(nameof(QkNormRope), k, kOut);
        CheckOutputs(nameof(QkNormRope), [qOut], [k, kOut]);
        CheckOutputs(nameof(QkNormRope), [kOut], [q]);
        QkNormRopeCore(q, k, heads, norm, rotary, layout, qOut, kOut);
    }

    /// <summary>
    /// From gradients of the rotated heads to gradients of <paramref name="q"/> and <paramref name="k"/> as they went
    /// into <see cref="QkNormRope"/>, in place in dq and dk. q and k are read only where there is a norm.
    /// </summary>
    /// <param name="dQueryNorm">
    /// fp32 [D], accumulated: each row of the layout is summed by itself, and rows are added in order. null where
    /// frozen or absent.
    /// </param>
    /// <param name="dKeyNorm">As <paramref name="dQueryNorm"/>.</param>
    public void QkNormRopeBackward(
        Tensor dq, Tensor dk, Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary,
        SequenceLayout layout,
        Tensor? dQueryNorm, Tensor? dKeyNorm)
    {
        CheckQkNormRope(nameof(QkNormRopeBackward), q, k, heads, norm, rotary, layout, dq, dk);
        Require.Shape(nameof(QkNormRopeBackward), nameof(dQueryNorm), dQueryNorm, DType.F32, heads.HeadDim);
        Require.Shape(nameof(QkNormRopeBackward), nameof(dKeyNorm), dKeyNorm, DType.F32, heads.HeadDim);
        CheckOutputs(nameof(QkNormRopeBackward), [dq, dk], norm is null ? [] : [q, k]);
        if (norm is null && (dQueryNorm ?? dKeyNorm) is { } gradient)
        {
            throw new ArgumentException(
                $"{nameof(QkNormRopeBackward)}: {gradient.Name}: expected no gradient of a norm where there is no "
                + $"norm, got {gradient}");
        }

        QkNormRopeBackwardCore(dq, dk, q, k, heads, norm, rotary, layout, dQueryNorm, dKeyNorm);
    }

    protected abstract void QkNormRopeCore(
        Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout, Tensor qOut,
        Tensor kOut);

    protected abstract void QkNormRopeBackwardCore(
        Tensor dq, Tensor dk, Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary,
        SequenceLayout layout,
        Tensor? dQueryNorm, Tensor? dKeyNorm);

    private void CheckQkNormRope(
        string op, Tensor q, Tensor k, HeadShape heads, QkNorm? norm, RotaryTable rotary, SequenceLayout layout,
        Tensor qOut,
        Tensor kOut)
    {
        int tokens = q.Shape[0];
        CheckHeads(op, heads);
        if (heads.HeadDim % 2 != 0)
            throw new ArgumentException(
                $"{op}: heads: expected an even head size (halves are rotated), got {heads.HeadDim}");
        Require.Layout(op, layout, tokens);
        CheckPacked(op, "q", q, tokens, heads.QueryHeads, heads);
        CheckPacked(op, "q gradient or output", qOut, tokens, heads.QueryHeads, heads);
        CheckPacked(op, "k", k, tokens, heads.KeyValueHeads, heads);
        CheckPacked(op, "k gradient or output", kOut, tokens, heads.KeyValueHeads, heads);
        Require.Shape(op, "cos", rotary.Cos, DType.F32, rotary.Cos.Shape[0], heads.HeadDim / 2);
        Require.Shape(op, "sin", rotary.Sin, DType.F32, rotary.Cos.Shape[0], heads.HeadDim / 2);
        if (norm is null)
            return;
        Require.Weight(op, "query norm", norm.Query, heads.HeadDim);
        Require.Weight(op, "key norm", norm.Key, heads.HeadDim);
    }

    private static void CheckInPlace(string op, Tensor x, Tensor y)
    {
        if (x.Address != y.Address || x.Stride != y.Stride)
            Require.Distinct(op, x, y);
    }
}
