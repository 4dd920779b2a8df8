namespace MolEngine.VirtualGpu.Tests.Kernels;

/// <summary>The float64 functions that the head's kernels have of their own, against the host's.</summary>
public sealed class HeadMathTests
{
    /// <summary>Two roundings of float64.</summary>
    private const double Bound = 4.5e-16;

    [Theory]
    [MemberData(nameof(CudaCompilers.All), MemberType = typeof(CudaCompilers))]
    public void Exponential_and_logarithm_are_those_of_float64(string compiler)
    {
        var random = new Random(1);
        double[] special =
        [
            0, 1, -1, 709.78, 709.79, 710, 5000, -708.4, -745.1, -745.2, -746, -5000, double.NaN,
            double.PositiveInfinity,
            double.NegativeInfinity, double.Epsilon, 2.3e-308, 1.7e-310, double.MaxValue, 1 + 2.3e-16, 1 - 1.2e-16,
            1e-9,
            Math.Sqrt(2), Math.Sqrt(0.5),
        ];
        double[] x =
        [
            .. special,
            .. Enumerable.Range(0, 4000).Select(_ => (random.NextDouble() - 0.5) * 1400),
            .. Enumerable.Range(0, 4000).Select(_ => random.NextDouble() - 0.5),
            .. Enumerable.Range(0, 4000).Select(_ => Math.Pow(10, (random.NextDouble() - 0.5) * 600)),
            .. Enumerable.Range(0, 4000).Select(_ => 1
                + ((random.NextDouble() - 0.5) * Math.Pow(10, -random.Next(16)))),
        ];
        using var gpu = new Gpu(CudaCompilers.Ptx(compiler, "head_math"));
        ulong exp = gpu.Allocate(x.Length * 8, "exp"), log = gpu.Allocate(x.Length * 8, "log");
        gpu.Run("exp_and_log", (x.Length + 255) / 256, 256, gpu.Upload<double>(x, "x"), exp, log, (ulong)x.Length);
        AssertEqual("exp", x, Math.Exp, gpu.Download<double>(exp, x.Length));
        AssertEqual("log", x, Math.Log, gpu.Download<double>(log, x.Length));
    }

    private static void AssertEqual(string what, double[] x, Func<double, double> truth, double[] got)
    {
        for (int i = 0; i < x.Length; i++)
        {
            double expected = truth(x[i]);

            // A subnormal result has fewer digits.
            double error = Math.Abs(got[i] - expected), allowed = (Bound * Math.Abs(expected)) + (2 * double.Epsilon);
            Assert.True(
                got[i].Equals(expected) || error <= allowed,
                $"{what} of {x[i]:R}: expected {expected:R}, got {got[i]:R}");
        }
    }
}
