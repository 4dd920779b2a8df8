using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>sum_f64 against a sum in the order that its contract names.</summary>
internal sealed class SumCheck() : KernelCheck("reduce", "sum_f64", "equal bits, any NaN")
{
    private const int Threads = 256;

    /// <summary>Partial sums of 2^32 elements: more than a model has.</summary>
    private const int Largest = 1 << 16;

    public override void Run(KernelTrial trial)
    {
        foreach (int count in (int[])[0, .. trial.Counts.Where(c => c < Largest), Largest])
            trial.Case($"{count}", c => Try(c, Values(count)), isMeasured: count == Largest);
        foreach (double bad in (double[])[double.PositiveInfinity, double.NaN])
        {
            double[] values = Values(1003);
            values[700] = bad;
            trial.Case($"one {bad}", c => Try(c, values));
        }

        trial.Case("infinities that cancel", c => Try(c, [double.PositiveInfinity, 1, double.NegativeInfinity]));
    }

    /// <summary>Of both signs and of magnitudes from 1e-12 to 1e12: the order of their sum shows.</summary>
    private static double[] Values(int count)
    {
        float[] mantissas = CheckValues.Uniform(count, 5), exponents = CheckValues.Uniform(count, 6, 12);
        return [.. mantissas.Select((m, i) => m * Math.Pow(10, Math.Round(exponents[i])))];
    }

    private static void Try(KernelCase one, double[] values)
    {
        DeviceMemory x = one.Input<double>("x", values);
        DeviceMemory total = one.Output<double>("total", 1);
        one.Launch(
            new LaunchShape(new Dim3(1), new Dim3(Threads)), 8L * (values.Length + 1),
            a => a.Add(x).Add(total).Add((long)values.Length));
        one.Expect<double>(total, [Sum(values)], Tolerance.BitsOrNaN);
    }

    private static double Sum(double[] values)
    {
        var sums = new double[Threads];
        for (int i = 0; i < values.Length; i++)
            sums[i % Threads] += values[i];
        for (int half = Threads / 2; half > 0; half /= 2)
        {
            for (int t = 0; t < half; t++)
                sums[t] += sums[t + half];
        }

        return sums[0];
    }
}
