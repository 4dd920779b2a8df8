using System.Numerics;
using MolEngine.Kernels.Numerics;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>
/// An approximate instruction: the correctly rounded result or, on demand, one off by up to the documented error. The
/// error is a function of seed, instruction and operands alone.
/// </summary>
/// <param name="b">The second operand's place; negative where there is none.</param>
internal sealed unsafe class ApproximateOperation<TF>(int d, int a, int b, bool flush) : Operation
    where TF : IApproximate
{
    public override void Execute(Warp warp, uint mask)
    {
        float* first = (float*)(warp.Registers + a);
        float* second = b < 0 ? first : (float*)(warp.Registers + b);
        float* destination = (float*)(warp.Registers + d);
        ulong? seed = warp.Block.Launch.Options.PerturbationSeed;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            destination[lane] = Apply(first[lane], second[lane], seed);
        }
    }

    private float Apply(float x, float y, ulong? seed)
    {
        if (flush)
            (x, y) = (Flush.Zero(x), Flush.Zero(y));
        double value = TF.Value(x, y);
        float result = (float)value;
        if (seed is { } key && value != 0 && float.IsFinite(result))
        {
            ulong operands = ((ulong)BitConverter.SingleToUInt32Bits(x) << 32) | BitConverter.SingleToUInt32Bits(y);
            double unit = ((SplitMix64.Hash(key, (ulong)Pc, operands) >> 11) * Math.ScaleB(1, -52)) - 1;
            // Rounding to fp32 adds up to half a unit in the last place, which counts as error, too.
            double most = Math.Max(0, TF.Error(x, value) - (ApproximateFunctions.Ulp(value) / 2));
            float moved = (float)(value + (unit * most));
            result = float.IsFinite(moved) ? moved : result;
        }

        return FloatFunctions.Canonical(flush ? Flush.Zero(result) : result);
    }
}
