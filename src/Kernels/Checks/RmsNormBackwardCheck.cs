using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>
/// The gradient of the norm against float64. Inputs are positive and what dx is added to is large: sums do not cancel,
/// so that every element has a small relative error.
/// </summary>
/// <param name="type">Type of dy.</param>
/// <param name="activation">Type of y and of the rounded dx.</param>
internal sealed class RmsNormBackwardCheck(DType type, DType activation) : KernelCheck(
    "rmsnorm", KernelName.Of("rmsnorm_backward", type) + (type == activation ? "" : "_bf16"),
    "relative error of 2e-6, before rounding where that is to bf16")
{
    private const int ChunkTokens = 16;
    private const double Tolerance = 2e-6;

    public override void Run(KernelTrial trial)
    {
        IReadOnlyList<NormCheckShape> shapes = NormCheckShape.All(trial.IsCounting);
        foreach (NormCheckShape shape in shapes)
        {
            trial.Case($"{shape}, frozen", c => Try(c, shape, DType.F32, sums: false));
            trial.Case($"{shape}", c => Try(c, shape, DType.BF16, sums: true), isMeasured: shape == shapes[^1]);
        }
    }

    private void Try(KernelCase one, NormCheckShape s, DType weightType, bool sums)
    {
        int count = s.Tokens * s.Hidden, chunks = (s.Tokens + ChunkTokens - 1) / ChunkTokens;
        int[] starts = [.. Enumerable.Range(0, chunks).Select(c => c * ChunkTokens), s.Tokens];
        float[] dy = StoredValues.Between(count, 1, 0.1f, 0.35f, type),
            x = StoredValues.Between(count + s.Offset, 2, 0.5f, 1.5f),
            w = StoredValues.Between(s.Hidden, 3, 0.5f, 1.5f, weightType),
            rstd = StoredValues.Between(s.Tokens, 4, 0.8f, 1.2f),
            before = StoredValues.Between(count, 5, 2, 3);
        DeviceMemory gradient = StoredValues.Input(one, "dy", dy, type), from = one.Input<float>("x", x),
            weight = StoredValues.Input(one, "weight", w, weightType), r = one.Input<float>("rstd", rstd),
            table = one.Input<int>("chunk_starts", starts), dx = one.Input<float>("dx", before),
            partial = one.Output<float>("partial", sums ? chunks * s.Hidden : 0),
            y = StoredValues.Output(one, "y", sums ? count : 0, activation),
            rounded = StoredValues.Output(one, "rounded dx", sums ? count : 0, activation);
        one.Launch(
            new LaunchShape(new Dim3((uint)chunks), new Dim3(s.Threads)),
            ((12L + type.Size()) * count) + (sums ? (4L * chunks * s.Hidden) + (2L * activation.Size() * count) : 0),
            a => a.Add(gradient).Add(from.Address + ((ulong)s.Offset * sizeof(float)))
                .Add(new WeightArgument(weight.Address, weightType)).Add(r).Add(table).Add(s.Hidden).Add(dx)
                .Add(sums ? partial.Address : 0).Add(sums ? y.Address : 0).Add(sums ? rounded.Address : 0));
        (double[] ofX, double[] ofWeight) = Gradients(dy, x[s.Offset..], w, rstd, before);
        StoredValues.Expect(one, dx, ofX, DType.F32, Tolerance);
        if (!sums)
            return;
        StoredValues.Expect(one, partial, ofWeight, DType.F32, Tolerance);
        StoredValues.Expect(one, rounded, ofX, activation, Tolerance);
        double[] normed = [.. x.Skip(s.Offset).Select((v, i) => (double)v * rstd[i / s.Hidden] * w[i % s.Hidden])];
        StoredValues.Expect(one, y, normed, activation, Tolerance);
    }

    private static (double[] Dx, double[] Partial) Gradients(
        float[] dy, float[] x, float[] w, float[] rstd, float[] before)
    {
        int hidden = w.Length;
        double[] dx = Array.ConvertAll(before, v => (double)v);
        var partial = new double[(rstd.Length + ChunkTokens - 1) / ChunkTokens * hidden];
        for (int t = 0; t < rstd.Length; t++)
        {
            double mean = 0, r = rstd[t];
            for (int h = 0, i = t * hidden; h < hidden; h++, i++)
                mean += (double)dy[i] * w[h] * x[i] / hidden;
            for (int h = 0, i = t * hidden; h < hidden; h++, i++)
            {
                dx[i] += r * ((w[h] * dy[i]) - (x[i] * r * r * mean));
                partial[(t / ChunkTokens * hidden) + h] += dy[i] * r * x[i];
            }
        }

        return (dx, partial);
    }
}
