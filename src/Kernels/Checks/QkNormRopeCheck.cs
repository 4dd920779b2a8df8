using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>qk_norm_rope against float64, and what it says of a position that is none.</summary>
internal sealed class QkNormRopeCheck(DType type) : KernelCheck(
    "qknormrope", KernelName.Of("qk_norm_rope", type),
    type == DType.BF16 ? "a step of bf16" : "relative error of 4e-6")
{
    private const int Threads = 256, TokensOfBlock = 8;
    private const double Tolerance = 4e-6;

    public override void Run(KernelTrial trial)
    {
        RopeCheckCase[] cases = [.. RopeCheckCase.All(type, trial.IsCounting)];
        foreach (RopeCheckCase p in cases)
            trial.Case($"{p}", c => Try(c, p), isMeasured: p == cases[^1]);
        trial.Case("a position that is none", c =>
        {
            RopeCheckCase p = cases[2];
            p.At[5] = RopeCheckCase.Positions;
            Try(c, p);
        });
    }

    private static void Try(KernelCase one, RopeCheckCase p)
    {
        DeviceMemory q = StoredValues.Input(one, "q and k", CheckValues.SideBySide(p.Tokens, p.Q, p.K), p.Type),
            cos = one.Input<float>("cos", p.Cos), sin = one.Input<float>("sin", p.Sin),
            positions = one.Input<int>("positions", p.At),
            output = StoredValues.Output(one, "q_out and k_out", p.Q.Length + p.K.Length, p.Type),
            fault = one.Input<int>("fault", new int[4]);
        uint blocks = (uint)((p.Tokens + TokensOfBlock - 1) / TokensOfBlock);
        one.Launch(
            new LaunchShape(new Dim3(blocks, (uint)p.Parts), new Dim3(Threads)),
            (2L * p.Type.Size() * p.Elements) + p.TableBytes,
            a => a.Add(q).Add(p.KeysIn(q)).Add(p.HeadsArgument).Add(p.NormArgument(one)).Add(cos).Add(sin)
                .Add(positions).Add(p.Tokens).Add(output).Add(p.KeysIn(output)).Add(fault));
        double[] queries = Rotated(p, p.Q, p.Heads.QueryHeads, p.Weights[0]);
        double[] keys = Rotated(p, p.K, p.Heads.KeyValueHeads, p.Weights[1]);
        StoredValues.Expect(one, output, CheckValues.SideBySide(p.Tokens, queries, keys), p.Type, Tolerance);
        int bad = Array.FindIndex(p.At, x => x >= RopeCheckCase.Positions);
        int[] report = bad < 0 ? new int[4] : [2, bad, p.At[bad], RopeCheckCase.Positions];
        one.Expect<int>(fault, report, Checks.Tolerance.Bits);
    }

    private static double[] Rotated(RopeCheckCase p, float[] x, int heads, float[] weight)
    {
        int half = p.Half, dim = 2 * half;
        var y = new double[x.Length];
        for (int at = 0; at < x.Length; at += dim)
        {
            int position = p.At[at / dim / heads];
            if (position >= RopeCheckCase.Positions)
                continue;
            double mean = 0;
            for (int i = 0; i < dim; i++)
                mean += (double)x[at + i] * x[at + i] / dim;
            double rstd = 1 / Math.Sqrt(mean + RopeCheckCase.Eps);
            for (int i = 0; i < half; i++)
            {
                double low = Z(i), high = Z(half + i);
                double c = p.Cos[(position * half) + i], s = p.Sin[(position * half) + i];
                y[at + i] = (low * c) - (high * s);
                y[at + half + i] = (high * c) + (low * s);
            }

            double Z(int i) => p.IsNormed ? x[at + i] * rstd * weight[i] : x[at + i];
        }

        return y;
    }
}
