using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// Divergences within the residual class, in a stream over the tiles of student and base together. With
/// r = log(p' / q') each element adds p' f(r) and q' f(-r), f(r) = r + e^-r - 1: by the series of f where |r| is below
/// 1, and else as p' (r - 1) + q', which does not cancel there.
/// </summary>
internal sealed unsafe class HeadGapPass<S, V>(
    HeadTile<S, V> student, HeadTile<S, V> reference, BaseDistribution top, HeadResult result)
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>A logit of what is not in the class: its exponential is 0, and it is finite.</summary>
    private const float Nothing = -1e30f;

    private int[] _tokens = [];

    /// <summary>One block of tokens, each with a target.</summary>
    public void Run(Tensor hidden, Tensor baseHidden, int[] tokens)
    {
        _tokens = tokens;
        student.Gather(hidden, tokens);
        reference.Gather(baseHidden, tokens);
        student.ForTiles(() =>
        {
            reference.Take(student.Start);
            student.ForTokens(Absorb);
        });
        student.ForTokens(Finish);
    }

    private void Absorb(int i)
    {
        int token = _tokens[i], n = top.TopN;
        double tail = TailOf(token), baseTail = ((double*)top.TailLogSumExp.Address)[token];
        if (double.IsNegativeInfinity(baseTail))
            return;
        float* z = student.Row(i);
        float* z0 = reference.Row(i);
        for (int j = student.Width; j < student.PaddedWidth; j++)
            z[j] = z0[j] = Nothing;
        foreach (int id in new ReadOnlySpan<int>((int*)top.TopIds.Address + ((long)token * n), n))
        {
            int at = id - student.Start;
            if (at >= 0 && at < student.Width)
                z[at] = z0[at] = Nothing;
        }

        (double reverse, double forward) = Sum(
            z, z0, student.PaddedWidth, (float)tail, (float)baseTail, (float)(tail - baseTail));
        ((double*)result.ReverseGap.Address)[token] += reverse;
        ((double*)result.ForwardGap.Address)[token] += forward;
    }

    /// <summary>From within the class to the whole.</summary>
    private void Finish(int i)
    {
        int token = _tokens[i];
        double baseTail = ((double*)top.TailLogSumExp.Address)[token];
        double mass = Math.Exp(((double*)result.TailLogP.Address)[token]);
        double baseMass = Math.Exp(baseTail - ((double*)top.LogSumExp.Address)[token]);
        ((double*)result.ReverseGap.Address)[token] *= mass;
        ((double*)result.ForwardGap.Address)[token] *= baseMass;
    }

    /// <summary>The student's log-sum-exp over the residual class.</summary>
    private double TailOf(int token) =>
        ((double*)result.TailLogP.Address)[token] + ((double*)result.LogSumExp.Address)[token];

    private static (double Reverse, double Forward) Sum(
        float* z, float* z0, int count, float tail, float baseTail, float shift)
    {
        double reverse = 0, forward = 0;
        V one = S.Broadcast(1), a = S.Broadcast(tail), b = S.Broadcast(baseTail), c = S.Broadcast(shift);
        for (int i = 0; i < count; i += S.Count)
        {
            V x = S.Load(z + i), y = S.Load(z0 + i);
            V p = SimdMath.Exp<S, V>(S.Subtract(x, a)), q = SimdMath.Exp<S, V>(S.Subtract(y, b));
            V r = S.Subtract(S.Subtract(x, y), c), minus = S.Subtract(S.Zero, r), square = S.Multiply(r, r);
            V near = S.Multiply(S.Multiply(p, square), Series(r));
            V back = S.Multiply(S.Multiply(q, square), Series(minus));
            V far = S.FusedMultiplyAdd(p, S.Subtract(r, one), q);
            V away = S.FusedMultiplyAdd(q, S.Subtract(minus, one), p);
            reverse += S.Sum(S.SelectGreater(one, square, near, far));
            forward += S.Sum(S.SelectGreater(one, square, back, away));
        }

        return (reverse, forward);
    }

    /// <summary>f(r) / r^2 = 1/2! - r/3! + r^2/4! - ... + r^8/10!: to 3e-8 for |r| below 1.</summary>
    private static V Series(V r)
    {
        V sum = S.Broadcast(1);
        for (int k = 10; k > 2; k--)
            sum = S.FusedMultiplyAdd(S.Multiply(r, S.Broadcast(-1f / k)), sum, S.Broadcast(1));
        return S.Multiply(sum, S.Broadcast(0.5f));
    }
}
