using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>Seconds of timed runs of what is queued, ascending: warm-ups come first and are not timed.</summary>
internal delegate double[] BenchClock(Action queue, int warmUps, int repeats);

/// <summary>What a device reaches at best, measured in the run that measures the ops; 0 where its clock shows nothing.
/// </summary>
/// <param name="Bandwidth">Bytes a second, read and written, of a copy on the device.</param>
/// <param name="ProductRate">Operations a second of a large product of bf16 matrices.</param>
internal sealed record DeviceLimits(double Bandwidth, double ProductRate)
{
    private const int WarmUps = 3, Repeats = 11;

    /// <param name="copyBytes">Bytes of the copy's source: far beyond the caches.</param>
    /// <param name="side">Side of the product's square matrices.</param>
    public static DeviceLimits Measure(Ops ops, BenchClock clock, int copyBytes, int side) =>
        new(Copy(ops, clock, copyBytes), Product(ops, clock, side));

    private static double Copy(Ops ops, BenchClock clock, int bytes)
    {
        using Arena arena = ops.CreateArena("copy");
        Tensor source = arena.Allocate("source", DType.F32, bytes / sizeof(float));
        Tensor destination = arena.Allocate("destination", DType.F32, bytes / sizeof(float));
        return Rate(2.0 * source.Bytes, clock(() => ops.Copy(source, destination), WarmUps, Repeats));
    }

    private static double Product(Ops ops, BenchClock clock, int side)
    {
        // Its heads have no part in it; numbers that are no zeros cost a GPU the power that real ones do.
        var shapes = new BenchModel("square", side, side, new HeadShape(1, 1, side), side);
        using var inputs = new BenchInputs(ops, shapes, side);
        Tensor x = inputs.Activations("x", side), y = inputs.Activations("y", side);
        var weights = new LinearWeights(inputs.Random("weight", DType.BF16, side, side));
        return Rate(
            2.0 * side * side * side,
            clock(() => ops.Linear(x, weights, inputs.Layout, y, null), WarmUps, Repeats));
    }

    private static double Rate(double work, double[] seconds)
    {
        double median = seconds[seconds.Length / 2];
        return median > 0 ? work / median : 0;
    }
}
