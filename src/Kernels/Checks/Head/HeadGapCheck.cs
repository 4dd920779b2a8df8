using MolEngine.Kernels.Cpu.Head;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_gap against sums of the definition in float64.</summary>
internal sealed class HeadGapCheck() : KernelCheck("head_gap", "head_gap", "relative error of 2e-5")
{
    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
        {
            (int tokens, int width) = HeadTileCase.OfCount(count);
            trial.Case(count, c => Try(c, tokens, width, 1));
        }

        foreach (float distance in (float[])[0.01f, 30])
            trial.Case($"{distance} apart", c => Try(c, 3, 4099, distance));
        trial.Case("no class", c => Try(c, 3, 70, 1, hasClass: false));
    }

    /// <param name="distance">Between logits of base and student.</param>
    private static void Try(KernelCase one, int tokens, int width, float distance, bool hasClass = true)
    {
        const int Start = 500, N = 3;
        int stride = HeadEmulation.Stride(width);
        int[] places = HeadEmulation.Places(tokens);
        float[] z0 = HeadEmulation.Rows(tokens, width, stride, 90, 4);
        float[] z = HeadEmulation.Rows(tokens, width, stride, 91, distance);
        for (int e = 0; e < z.Length; e++)
            z[e] += z0[e];
        int[] ids = [.. Enumerable.Range(0, 2 * tokens).SelectMany(t => (int[])[Start + (t % width), 7, 9_000_000])];
        var reverse = new double[2 * tokens];
        var forward = new double[2 * tokens];
        var lse = new double[2 * tokens];
        var mass = new double[2 * tokens];
        var baseTail = new double[2 * tokens];
        Array.Fill(reverse, 0.25);
        Array.Fill(forward, 0.5);
        double[] beforeReverse = [.. reverse], beforeForward = [.. forward];
        for (int i = 0; i < tokens; i++)
        {
            int place = places[i];

            // Of a class that this tile has about a half of.
            lse[place] = 3 + HeadMath.LogSumExp([.. z.AsSpan(i * stride, width).ToArray().Select(x => (double)x)]);
            mass[place] = -2;
            baseTail[place] = hasClass
                ? 1 + HeadMath.LogSumExp([.. z0.AsSpan(i * stride, width).ToArray().Select(x => (double)x)])
                : double.NegativeInfinity;
            for (int v = 0; v < width && hasClass; v++)
            {
                if (v == place % width)
                    continue;
                double logP = z[(i * stride) + v] - lse[place] - mass[place];
                double logQ = z0[(i * stride) + v] - baseTail[place];
                reverse[place] += HeadMath.Divergence(logP, logP - logQ);
                forward[place] += HeadMath.Divergence(logQ, logQ - logP);
            }
        }

        DeviceMemory student = one.Input<float>("student", z), reference = one.Input<float>("reference", z0);
        DeviceMemory reverseMemory = one.Input<double>("reverse", beforeReverse);
        DeviceMemory forwardMemory = one.Input<double>("forward", beforeForward);
        var gaps = new HeadArguments.Gaps(
            one.Input<double>("lse", lse).Address, one.Input<double>("tail log p", mass).Address,
            one.Input<double>("base tail", baseTail).Address, reverseMemory.Address, forwardMemory.Address);
        DeviceMemory tokensMemory = one.Input<int>("tokens", places), top = one.Input<int>("top ids", ids);
        one.Launch(
            new LaunchShape(new Dim3((uint)tokens), new Dim3(HeadEmulation.Threads)), 8L * tokens * width,
            a => a.Add(new HeadArguments.Tile(student.Address, stride, Start, width))
                .Add(new HeadArguments.Tile(reference.Address, stride, Start, width)).Add(tokensMemory).Add(top).Add(N)
                .Add(gaps));
        one.Expect<double>(reverseMemory, reverse, Tolerance.Within(2e-5));
        one.Expect<double>(forwardMemory, forward, Tolerance.Within(2e-5));
    }
}
