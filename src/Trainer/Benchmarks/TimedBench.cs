using MolEngine.Kernels.Ops;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>Ops on a GPU: how long calls take.</summary>
/// <param name="ops">Made with <paramref name="log"/> as its meter.</param>
internal sealed class TimedBench(Ops ops, WorkLog log, BenchClock clock, DeviceLimits limits)
{
    private const int WarmUps = 3, Repeats = 21;

    public DeviceLimits Limits => limits;

    public OpTimes Run(BenchCase call)
    {
        ops.Synchronize();
        log.Take();
        call.Run();
        ops.Synchronize();
        IReadOnlyList<WorkLog.Entry> work = log.Take();
        double flops = call.Flops + work.Where(w => w.Kernel is null).Sum(w => 2.0 * w.M * w.N * w.K);
        double[] seconds = clock(call.Run, WarmUps, Repeats);
        ops.Synchronize();
        log.Take();
        return new OpTimes(
            call, At(seconds, 0.2), At(seconds, 0.5), At(seconds, 0.8), call.BytesOf(work), flops, limits);
    }

    private static double At(double[] ascending, double share) =>
        ascending[(int)Math.Round(share * (ascending.Length - 1))];
}
