using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>Compares results of the activation type with a float64 truth that was made of the inputs as held.</summary>
internal static class ActivationCompare
{
    /// <summary>Half a step of bf16's 8 bits, relative to a number just above a power of two.</summary>
    private const double HalfStep = 1.0 / 256;

    /// <summary>Of errors spread evenly over a step: half a step / sqrt(3) over the numbers' mean square.</summary>
    private const double MeanError = 1.0 / 512;

    /// <summary>
    /// In fp32 a relative L2 error; in bf16 also every element by itself: its own rounding, and what fp32 arithmetic
    /// may be off by, as a share of the largest.
    /// </summary>
    public static void Assert(string what, float[] got, double[] truth, double tolerance, bool isBf16)
    {
        if (!isBf16)
        {
            Compare.AssertRelativeL2(what, got, truth, tolerance);
            return;
        }

        double slack = 4 * tolerance * truth.Max(Math.Abs);
        for (int i = 0; i < truth.Length; i++)
            Compare.AssertAbsolute($"{what}[{i}]", got[i], truth[i], HalfStep * Math.Abs(truth[i]) + slack);
        if (truth.Length > 100)
            Compare.AssertRelativeL2(what, got, truth, MeanError);
    }
}
