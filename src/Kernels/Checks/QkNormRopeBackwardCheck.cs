using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>The gradient of qk_norm_rope against float64.</summary>
internal sealed class QkNormRopeBackwardCheck(DType type) : KernelCheck(
    "qknormrope", KernelName.Of("qk_norm_rope_backward", type),
    type == DType.BF16 ? "a step of bf16, sums 4e-6" : "relative error of 4e-6")
{
    private const int Threads = 256, ChunkTokens = 16;
    private const double Tolerance = 4e-6;

    public override void Run(KernelTrial trial)
    {
        RopeCheckCase[] cases = [.. RopeCheckCase.All(type, trial.IsCounting)];
        foreach (RopeCheckCase p in cases)
        {
            trial.Case($"{p}, frozen", c => Try(c, p, sums: false));
            trial.Case($"{p}", c => Try(c, p, sums: p.IsNormed), isMeasured: p == cases[^1]);
        }
    }

    private static void Try(KernelCase one, RopeCheckCase p, bool sums)
    {
        int chunks = (p.Tokens + ChunkTokens - 1) / ChunkTokens, dim = p.Heads.HeadDim;
        int[] starts = [.. Enumerable.Range(0, chunks).Select(c => c * ChunkTokens), p.Tokens];
        DeviceMemory dq = StoredValues.Input(one, "dq and dk", CheckValues.SideBySide(p.Tokens, p.Dq, p.Dk), p.Type),
            q = StoredValues.Input(one, "q and k", CheckValues.SideBySide(p.Tokens, p.Q, p.K), p.Type),
            cos = one.Input<float>("cos", p.Cos), sin = one.Input<float>("sin", p.Sin),
            positions = one.Input<int>("positions", p.At), table = one.Input<int>("chunk_starts", starts),
            partial = one.Output<float>("partial", sums ? 2 * chunks * dim : 0),
            fault = one.Input<int>("fault", new int[4]);
        one.Launch(
            new LaunchShape(new Dim3((uint)chunks, 2), new Dim3(Threads)),
            ((p.IsNormed ? 3L : 2L) * p.Type.Size() * p.Elements) + p.TableBytes + (sums ? 8L * chunks * dim : 0),
            a => a.Add(dq).Add(p.KeysIn(dq)).Add(q).Add(p.KeysIn(q)).Add(p.HeadsArgument).Add(p.NormArgument(one))
                .Add(cos).Add(sin).Add(positions).Add(table).Add(sums ? partial.Address : 0).Add(fault));
        var total = new double[2 * chunks * dim];
        double[] queries = Gradient(p.Dq, p.Q, p.Heads.QueryHeads, 0);
        double[] keys = Gradient(p.Dk, p.K, p.Heads.KeyValueHeads, 1);
        StoredValues.Expect(one, dq, CheckValues.SideBySide(p.Tokens, queries, keys), p.Type, Tolerance);
        if (sums)
            StoredValues.Expect(one, partial, total, DType.F32, Tolerance);

        double[] Gradient(float[] dy, float[] x, int heads, int which)
        {
            var dx = new double[x.Length];
            for (int at = 0; at < x.Length; at += dim)
            {
                int token = at / dim / heads;
                Head(p, token, dy.AsSpan(at, dim), x.AsSpan(at, dim), p.Weights[which], dx.AsSpan(at, dim),
                    total.AsSpan(((token / ChunkTokens * 2) + which) * dim, dim));
            }

            return dx;
        }
    }

    /// <summary>dz by the transposed rotation, then the norm's gradient; dz x rstd is added to the sum.</summary>
    private static void Head(
        RopeCheckCase p, int token, ReadOnlySpan<float> dy, ReadOnlySpan<float> x, float[] weight, Span<double> dx,
        Span<double> sum)
    {
        int half = p.Half, dim = 2 * half, angle = p.At[token] * half;
        for (int i = 0; i < half; i++)
        {
            double c = p.Cos[angle + i], s = p.Sin[angle + i];
            dx[i] = (dy[i] * c) + (dy[half + i] * s);
            dx[half + i] = (dy[half + i] * c) - (dy[i] * s);
        }

        if (!p.IsNormed)
            return;
        double squares = 0, product = 0;
        for (int i = 0; i < dim; i++)
        {
            squares += (double)x[i] * x[i] / dim;
            product += weight[i] * dx[i] * x[i] / dim;
        }

        double rstd = 1 / Math.Sqrt(squares + RopeCheckCase.Eps);
        for (int i = 0; i < dim; i++)
        {
            sum[i] += dx[i] * x[i] * rstd;
            dx[i] = rstd * ((weight[i] * dx[i]) - (x[i] * rstd * rstd * product));
        }
    }
}
