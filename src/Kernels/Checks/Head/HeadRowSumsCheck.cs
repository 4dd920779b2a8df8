using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_row_sums against sums in the order that its contract names.</summary>
internal sealed class HeadRowSumsCheck() : KernelCheck("head_rows", "head_row_sums", "relative error of 1e-14")
{
    private const int Threads = 128, Sums = 8;

    public override void Run(KernelTrial trial)
    {
        trial.Case("1 token", c => Try(c, [0, 1]));
        trial.Case("4 rows of 0, 127, 0 and 300", c => Try(c, [0, 0, 127, 127, 427]));
        trial.Case("8 rows of 8192", c => Try(c, [.. Enumerable.Range(0, 9).Select(i => 8192 * i)]), isMeasured: true);
    }

    private static void Try(KernelCase one, int[] starts)
    {
        int tokens = starts[^1];
        double[][] figures =
            [.. Enumerable.Range(1, Sums).Select(
                i => CheckValues.Uniform(tokens, (ulong)i).Select(x => (double)x).ToArray())];
        int[] targets = [.. Enumerable.Range(0, tokens).Select(t => t % 5 == 3 ? -1 : t)];
        DeviceMemory[] inputs = [.. figures.Select((f, i) => one.Input<double>($"figure {i}", f))];
        DeviceMemory targeted = one.Input<int>("targets", targets), rows = one.Input<int>("starts", starts);
        ulong[] of = [.. inputs.Select(i => i.Address)];
        var all = new HeadArguments.Figures(of[0], of[1], of[2], of[3], of[4], of[5], of[6], of[7]);
        DeviceMemory sums = one.Output<double>("sums", Sums * (starts.Length - 1));
        one.Launch(
            new LaunchShape(new Dim3((uint)starts.Length - 1), new Dim3(Threads)), 68L * tokens,
            a => a.Add(all).Add(targeted).Add(rows).Add(sums));
        double[] expected = [.. Enumerable.Range(0, Sums * (starts.Length - 1)).Select(i => Sum(i / Sums, i % Sums))];
        one.Expect<double>(sums, expected, Tolerance.Within(1e-14));

        double Sum(int row, int figure)
        {
            var parts = new double[Threads];
            for (int t = starts[row]; t < starts[row + 1]; t++)
            {
                double x = figure == 2 ? Math.Exp(figures[2][t]) : figures[figure][t];
                parts[(t - starts[row]) % Threads] += targets[t] < 0 ? 0 : x;
            }

            for (int half = Threads / 2; half > 0; half /= 2)
            {
                for (int i = 0; i < half; i++)
                    parts[i] += parts[i + half];
            }

            return parts[0];
        }
    }
}
