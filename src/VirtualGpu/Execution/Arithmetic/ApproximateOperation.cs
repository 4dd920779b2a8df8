using System.Numerics;
using System.Runtime.Intrinsics;
using MolEngine.Basics.Numerics;
using MolEngine.VirtualGpu.Execution.Lanes;

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
        if (TF.HasVector && seed is null && Vector256.IsHardwareAccelerated)
            mask = Vectors(first, second, destination, mask);
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            destination[lane] = Apply(first[lane], second[lane], seed);
        }
    }

    /// <summary>Writes the lanes whose result is beyond doubt.</summary>
    /// <returns>The others.</returns>
    private uint Vectors(float* first, float* second, float* destination, uint mask)
    {
        uint doubtful = 0;
        for (int lane = 0; lane < Warp.Lanes; lane += Vector512<float>.Count)
        {
            Vector512<float> x = Vector512.Load(first + lane), y = Vector512.Load(second + lane);
            if (flush)
                (x, y) = (Flush.Zero(x), Flush.Zero(y));
            (Vector512<double> lowerX, Vector512<double> upperX) = Vector512.Widen(x);
            (Vector512<double> lowerY, Vector512<double> upperY) = Vector512.Widen(y);
            Vector512<double> lower = TF.Values(lowerX, lowerY), upper = TF.Values(upperX, upperY);
            ulong doubt = ApproximateFunctions.Doubt(lower).ExtractMostSignificantBits()
                | (ApproximateFunctions.Doubt(upper).ExtractMostSignificantBits() << Vector512<double>.Count);
            uint written = mask & ~((uint)doubt << lane);
            doubtful |= (uint)doubt << lane;
            Vector512<float> result = Vector512.Narrow(lower, upper);
            result = FloatFunctions.Canonical(flush ? Flush.Zero(result) : result);
            Vector512<float> lanes = LaneMasks.Expand<float>(written, lane);
            Vector512.ConditionalSelect(lanes, result, Vector512.Load(destination + lane)).Store(destination + lane);
        }

        return mask & doubtful;
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
