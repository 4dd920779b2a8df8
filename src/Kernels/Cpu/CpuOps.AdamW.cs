using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void AdamWCore(IReadOnlyList<AdamWTensors> tensors, in AdamWStep step)
    {
        AdamWFactors decayed = new(step), kept = new(step with { WeightDecay = 0 });
        foreach (AdamWTensors t in tensors)
            AdamWTensor(t, t.Decays ? decayed : kept);
    }

    protected override void SumOfSquaresCore(IReadOnlyList<Tensor> tensors, Tensor sum) =>
        sum.Span<double>()[0] = tensors.Sum(SumOfSquares);

    private void AdamWTensor(AdamWTensors t, AdamWFactors factors)
    {
        float* p = F32(t.Value), g = F32(t.Gradient), pm = F32(t.M), pv = F32(t.V);
        ushort* copy = t.Copy is null ? null : (ushort*)t.Copy.Address;
        ForChunks(t.Value.Count, (start, count) =>
        {
            int whole = count - count % S.Count;
            long tail = start + whole;
            AdamWRange<S, V>(p + start, g + start, pm + start, pv + start, factors, whole);
            AdamWRange<ScalarSimd, float>(p + tail, g + tail, pm + tail, pv + tail, factors, count - whole);
            if (copy is not null)
                ToBf16(p + start, copy + start, count);
        });
    }

    private double SumOfSquares(Tensor x)
    {
        float* p = F32(x);
        var partial = new double[(x.Count + ChunkElements - 1) / ChunkElements];
        ForChunks(x.Count, (start, count) =>
            partial[start / ChunkElements] = DoubleSums.Squares(p + start, count, vectors: S.Count > 1));
        double sum = 0;
        foreach (double s in partial)
            sum += s;
        return sum;
    }

    private static void AdamWRange<T, U>(
        float* parameter, float* gradient, float* m, float* v, in AdamWFactors f, int count)
        where T : struct, ISimd<U>
        where U : unmanaged
    {
        U scale = T.Broadcast(f.GradientScale), minusDecay = T.Broadcast(-f.Decay);
        U beta1 = T.Broadcast(f.Beta1), rest1 = T.Broadcast(f.OneMinusBeta1);
        U beta2 = T.Broadcast(f.Beta2), rest2 = T.Broadcast(f.OneMinusBeta2);
        U minusRate = T.Broadcast(-f.Rate), inverseRoot2 = T.Broadcast(f.InverseRootCorrection2),
            eps = T.Broadcast(f.Eps);
        for (int i = 0; i < count; i += T.Count)
        {
            U g = T.Multiply(T.Load(gradient + i), scale);
            U m1 = T.FusedMultiplyAdd(beta1, T.Load(m + i), T.Multiply(rest1, g));
            U v1 = T.FusedMultiplyAdd(beta2, T.Load(v + i), T.Multiply(T.Multiply(rest2, g), g));
            U p = T.Load(parameter + i);
            p = T.FusedMultiplyAdd(p, minusDecay, p);
            U denominator = T.FusedMultiplyAdd(T.SquareRoot(v1), inverseRoot2, eps);
            T.Store(m + i, m1);
            T.Store(v + i, v1);
            T.Store(parameter + i, T.FusedMultiplyAdd(T.Divide(m1, denominator), minusRate, p));
        }
    }
}
