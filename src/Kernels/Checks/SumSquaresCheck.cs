using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>
/// sum_squares_f32 against sums of twice the precision. No sum of a thread has more than 256 terms, and 8 halvings add
/// those: as nothing is negative, the relative error is at most 264 roundings.
/// </summary>
internal sealed class SumSquaresCheck()
    : KernelCheck("reduce", "sum_squares_f32", "relative error of 264 roundings, the same bits twice")
{
    private const int Threads = 256, Chunk = 65536;
    private const double Bound = 264 * 1.1102230246251565e-16;

    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
            trial.Case(count, c => Try(c, CheckValues.Uniform(count, 3)));
        trial.Case("largest and subnormal", c => Try(c, [float.MaxValue, .. Tiny(1000), -float.MaxValue]));
        trial.Case("subnormal", c => Try(c, Tiny(4099)));
        foreach (float bad in (float[])[float.PositiveInfinity, float.NegativeInfinity, float.NaN])
        {
            // In the second of three chunks alone.
            float[] values = CheckValues.Uniform((2 * Chunk) + 1003, 4);
            values[Chunk + 777] = bad;
            trial.Case($"one {bad}", c => Try(c, values));
        }
    }

    private static float[] Tiny(int count) => [.. Enumerable.Range(1, count).Select(i => i * float.Epsilon)];

    private static void Try(KernelCase one, float[] values)
    {
        int chunks = (values.Length + Chunk - 1) / Chunk;
        double[] expected = [.. values.Chunk(Chunk).Select(Sum)];
        DeviceMemory x = one.Input<float>("x", values);
        DeviceMemory again = one.Output<double>("partial, again", chunks);
        DeviceMemory partial = one.Output<double>("partial", chunks);
        Launch(again);
        Launch(partial);
        one.Expect<double>(partial, expected, Tolerance.Within(Bound));
        var first = new double[chunks];
        partial.Download(first.AsSpan());
        one.Expect<double>(again, first, Tolerance.Bits);

        void Launch(DeviceMemory to) => one.Launch(
            new LaunchShape(new Dim3((uint)chunks), new Dim3(Threads)), 4L * values.Length,
            a => a.Add(x).Add(to).Add((long)values.Length));
    }

    /// <summary>With the rounding errors of every addition added up beside (Knuth's two-sum); a square is exact.</summary>
    private static double Sum(float[] chunk)
    {
        double sum = 0, errors = 0;
        foreach (float x in chunk)
        {
            double square = (double)x * x, next = sum + square, back = next - sum;
            errors += sum - (next - back) + (square - back);
            sum = next;
        }

        return double.IsFinite(sum) ? sum + errors : sum;
    }
}
