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
    private const double Tolerance = 2e-6;

    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
            trial.Case(count, c => Try(c, Gates(count), 0));
        trial.Case("9001, not aligned", c => Try(c, Gates(9002), 1));
        trial.Case("3 rows of 2064, gate and up side by side", c => Try(c, Gates(3 * 2064), 0, rows: 3));
        trial.Case("5 rows of 1031, gate and up side by side", c => Try(c, Gates(5 * 1031), 0, rows: 5));

        // Beyond what an exponential in fp32 can hold, silu is 0 or its gate.
        float[] far = StoredValues.Between(1000, 5, 150, 300, type);
        trial.Case("gates of -300 to -150", c => Try(c, Array.ConvertAll(far, x => -x), 0));
        trial.Case("gates of 150 to 300", c => Try(c, far, 0));
    }

    /// <param name="rows">Beyond 1, gate and up are columns of one matrix, and so are their gradients.</param>
    private void Try(KernelCase one, float[] gate, int offset, int rows = 1)
    {
        int count = gate.Length - offset, width = count / rows;
        float[] up = StoredValues.Between(count + offset, 2, -2, 2, type),
            dy = StoredValues.Between(count + offset, 3, -2, 2, type);
        int size = type.Size();
        ulong start = (ulong)(offset * size);
        float[] both = CheckValues.SideBySide(rows, gate[offset..], up[offset..]);
        ulong d = StoredValues.Input(one, "dy", dy, type).Address + start, g, u;
        if (rows == 1)
        {
            g = StoredValues.Input(one, "gate", gate, type).Address + start;
            u = StoredValues.Input(one, "up", up, type).Address + start;
        }
        else
        {
            g = StoredValues.Input(one, "gate and up", both, type).Address;
            u = g + (ulong)(width * size);
        }

        DeviceMemory y = StoredValues.Output(one, "y", count, type);
        (gate, up, dy) = (gate[offset..], up[offset..], dy[offset..]);
        var layout = new CudaOps.SwiGluRows(
            width, 2 * width, 2 * width, width, CudaOps.SwiGluRows.BlocksOf(width, type));
        LaunchShape shape = layout.Shape(count);
        double[] products = [.. gate.Select((x, i) => x * Sigmoid(x) * up[i])];
        if (!backward)
        {
            one.Launch(shape, 3L * size * count, a => a.Add(g).Add(u).Add(layout).Add(y));
            StoredValues.Expect(one, y, products, type, Tolerance);
            return;
        }

        // Of one row each gradient would begin behind the other, as where there are more.
        DeviceMemory gradients = StoredValues.Output(one, "gradients of gate and up", 2 * count, type);
        one.Launch(
            shape, 6L * size * count,
            a => a.Add(d).Add(g).Add(u).Add(layout).Add(gradients.Address)
                .Add(gradients.Address + (ulong)(width * size)).Add(y));
        double[] dGate =
            [.. gate.Select((x, i) => (double)dy[i] * up[i] * Sigmoid(x) * (1 + (x * Sigmoid(-x))))];
        double[] dUp = [.. gate.Select((x, i) => dy[i] * x * Sigmoid(x))];
        StoredValues.Expect(one, gradients, CheckValues.SideBySide(rows, dGate, dUp), type, Tolerance);
        StoredValues.Expect(one, y, products, type, Tolerance);
    }

    private float[] Gates(int count)
    {
        float[] low = StoredValues.Between(count, 1, -12, -2, type),
            high = StoredValues.Between(count, 4, -0.5f, 12, type);
        return [.. low.Select((x, i) => i % 2 == 0 ? x : high[i])];
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
