using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>
/// swiglu and its gradient against float64. Gates keep away from -1.28, where silu's slope passes 0 and no relative
/// error is small.
/// </summary>
internal sealed class SwiGluCheck(bool backward, DType type) : KernelCheck(
    "swiglu", KernelName.Of(backward ? "swiglu_backward" : "swiglu", type),
    type == DType.BF16 ? "relative error of 2e-6 before rounding" : "relative error of 2e-6")
{
    private const int Threads = 256, VectorBytes = 16;
    private const double Tolerance = 2e-6;

    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
            trial.Case(count, c => Try(c, Gates(count), 0));
        trial.Case("9001, not aligned", c => Try(c, Gates(9002), 1));

        // Beyond what an exponential in fp32 can hold, silu is 0 or its gate.
        float[] far = StoredValues.Between(1000, 5, 150, 300, type);
        trial.Case("gates of -300 to -150", c => Try(c, Array.ConvertAll(far, x => -x), 0));
        trial.Case("gates of 150 to 300", c => Try(c, far, 0));
    }

    private void Try(KernelCase one, float[] gate, int offset)
    {
        int count = gate.Length - offset;
        float[] up = StoredValues.Between(count + offset, 2, -2, 2, type),
            dy = StoredValues.Between(count + offset, 3, -2, 2, type);
        int size = type.Size();
        ulong start = (ulong)(offset * size);
        ulong g = StoredValues.Input(one, "gate", gate, type).Address + start,
            u = StoredValues.Input(one, "up", up, type).Address + start,
            d = StoredValues.Input(one, "dy", dy, type).Address + start;
        DeviceMemory first = StoredValues.Output(one, backward ? "d_gate" : "y", count, type),
            second = StoredValues.Output(one, "d_up", count, type),
            third = StoredValues.Output(one, "y beside", count, type);
        (gate, up, dy) = (gate[offset..], up[offset..], dy[offset..]);
        LaunchShape shape = LaunchShape.Covering(count, Threads, VectorBytes / size);
        if (!backward)
        {
            one.Launch(shape, 3L * size * count, a => a.Add(g).Add(u).Add((long)count).Add(first));
            StoredValues.Expect(one, first, Products(), type, Tolerance);
            return;
        }

        one.Launch(
            shape, 6L * size * count,
            a => a.Add(d).Add(g).Add(u).Add((long)count).Add(first).Add(second).Add(third));
        StoredValues.Expect(
            one, first, [.. gate.Select((x, i) => (double)dy[i] * up[i] * Sigmoid(x) * (1 + (x * Sigmoid(-x))))], type,
            Tolerance);
        StoredValues.Expect(one, second, [.. gate.Select((x, i) => dy[i] * x * Sigmoid(x))], type, Tolerance);
        StoredValues.Expect(one, third, Products(), type, Tolerance);

        double[] Products() => [.. gate.Select((x, i) => x * Sigmoid(x) * up[i])];
    }

    private float[] Gates(int count)
    {
        float[] low = StoredValues.Between(count, 1, -12, -2, type),
            high = StoredValues.Between(count, 4, -0.5f, 12, type);
        return [.. low.Select((x, i) => i % 2 == 0 ? x : high[i])];
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
