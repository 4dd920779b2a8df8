using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>add_f32 against sums on the host.</summary>
internal sealed class AddCheck() : KernelCheck("elementwise", "add_f32", "equal bits, any NaN")
{
    private const int Threads = 256, PerThread = 8;

    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
            trial.Case(count, c => Try(c, count, 0));
        trial.Case("4099, not aligned", c => Try(c, 4099, 1));
    }

    private static void Try(KernelCase one, int count, int offset)
    {
        float[] x = CheckValues.AnyBits(count + offset, 1),
            y = CheckValues.WithSpecials(CheckValues.Uniform(count + offset, 2), 3);
        DeviceMemory from = one.Input<float>("x", x), to = one.Input<float>("y", y);
        ulong start = (ulong)offset * sizeof(float);
        one.Launch(
            LaunchShape.Covering(count, Threads, PerThread), 12L * count,
            a => a.Add(from.Address + start).Add(to.Address + start).Add((long)count));
        one.Expect<float>(to, [.. y[..offset], .. y.Zip(x, (a, b) => a + b).Skip(offset)], Tolerance.BitsOrNaN);
    }
}
