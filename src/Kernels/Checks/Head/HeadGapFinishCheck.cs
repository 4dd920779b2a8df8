using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_gap_finish against products in float64.</summary>
internal sealed class HeadGapFinishCheck() : KernelCheck("head_gap", "head_gap_finish", "relative error of 1e-14")
{
    private const int Apart = HeadEmulation.SectorBytes / sizeof(double);

    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
            trial.Case(count, c => Try(c, (count + Apart - 1) / Apart));
    }

    /// <summary>Tokens lie anywhere in the batch: here each in sectors of its own.</summary>
    private static void Try(KernelCase one, int tokens)
    {
        int[] places = [.. Enumerable.Range(0, tokens).Select(i => Apart * (tokens - 1 - i))];
        double[] Values(ulong key) => [.. CheckValues.Uniform(Apart * tokens, key).Select(x => (double)x)];
        double[] reverse = Values(92), forward = Values(93), mass = Values(94), baseTail = Values(95), lse = Values(96);
        DeviceMemory reverseMemory = one.Input<double>("reverse", reverse);
        DeviceMemory forwardMemory = one.Input<double>("forward", forward);
        var gaps = new HeadArguments.Gaps(
            0, one.Input<double>("tail log p", mass).Address, one.Input<double>("base tail", baseTail).Address,
            reverseMemory.Address, forwardMemory.Address);
        DeviceMemory tokensMemory = one.Input<int>("tokens", places), lseMemory = one.Input<double>("base lse", lse);
        one.Launch(
            LaunchShape.Covering(tokens, HeadEmulation.Threads), HeadArguments.Gaps.FinishBytes * tokens,
            a => a.Add(tokensMemory).Add(tokens).Add(gaps).Add(lseMemory));
        foreach (int place in places)
        {
            reverse[place] *= Math.Exp(mass[place]);
            forward[place] *= Math.Exp(baseTail[place] - lse[place]);
        }

        one.Expect<double>(reverseMemory, reverse, Tolerance.Within(1e-14));
        one.Expect<double>(forwardMemory, forward, Tolerance.Within(1e-14));
    }
}
