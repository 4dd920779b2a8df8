using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>rmsnorm, alone and after a sum, against float64.</summary>
/// <param name="type">Type of what is added.</param>
/// <param name="yType">Type of the result.</param>
internal sealed class RmsNormCheck(bool adds, DType type, DType yType) : KernelCheck(
    "rmsnorm", KernelName.Of(adds ? "add_rmsnorm" : "rmsnorm", type) + (type == yType ? "" : "_f32"),
    yType == DType.BF16 ? "a step of bf16, statistics 1e-6" : "relative error of 1e-6")
{
    public RmsNormCheck(bool adds, DType type)
        : this(adds, type, type)
    {
    }

    private const float Eps = 1e-6f;
    private const double Tolerance = 1e-6;

    public override void Run(KernelTrial trial)
    {
        IReadOnlyList<NormCheckShape> shapes = NormCheckShape.All(trial.IsCounting);
        foreach (NormCheckShape shape in shapes)
        {
            trial.Case($"{shape}, fp32 weight", c => Try(c, shape, DType.F32));
            trial.Case($"{shape}", c => Try(c, shape, DType.BF16), isMeasured: shape == shapes[^1]);
        }
    }

    private void Try(KernelCase one, NormCheckShape s, DType weightType)
    {
        int count = s.Tokens * s.Hidden;
        float[] x = StoredValues.Between(count + s.Offset, 1, -2, 2),
            w = StoredValues.Between(s.Hidden, 3, 0.5f, 1.5f, weightType),
            delta = adds ? StoredValues.Between(count, 2, -1, 1, type) : [];
        DeviceMemory from = one.Input<float>("x", x), more = StoredValues.Input(one, "delta", delta, type),
            weight = StoredValues.Input(one, "weight", w, weightType), sum = one.Output<float>("sum", adds ? count : 0),
            y = StoredValues.Output(one, "y", count, yType), rstd = one.Output<float>("rstd", s.Tokens);
        long bytes = ((adds ? 8L + type.Size() : 4L) + yType.Size()) * count;
        one.Launch(
            new LaunchShape(
                new Dim3((uint)((s.Tokens + s.PerBlock - 1) / s.PerBlock)), new Dim3(s.Threads)), bytes,
            a =>
            {
                a.Add(from.Address + ((ulong)s.Offset * sizeof(float)));
                if (adds)
                    a.Add(more);
                a.Add(new WeightArgument(weight.Address, weightType)).Add(Eps).Add(s.Tokens).Add(s.Hidden)
                    .Add(s.PerBlock);
                if (adds)
                    a.Add(sum);
                a.Add(y).Add(rstd);
            });
        float[] total = adds ? [.. x.Skip(s.Offset).Zip(delta, (a, b) => a + b)] : x[s.Offset..];
        if (adds)
            one.Expect<float>(sum, total, Checks.Tolerance.Bits);
        (double[] truth, double[] r) = Norm(total, w, s.Hidden);
        StoredValues.Expect(one, y, truth, yType, Tolerance);
        StoredValues.Expect(one, rstd, r, DType.F32, Tolerance);
    }

    private static (double[] Y, double[] Rstd) Norm(float[] x, float[] w, int hidden)
    {
        var y = new double[x.Length];
        var rstd = new double[x.Length / hidden];
        for (int t = 0; t < rstd.Length; t++)
        {
            double squares = 0;
            for (int i = t * hidden; i < (t + 1) * hidden; i++)
                squares += (double)x[i] * x[i];
            rstd[t] = 1 / Math.Sqrt((squares / hidden) + Eps);
            for (int i = t * hidden; i < (t + 1) * hidden; i++)
                y[i] = x[i] * rstd[t] * w[i % hidden];
        }

        return (y, rstd);
    }
}
