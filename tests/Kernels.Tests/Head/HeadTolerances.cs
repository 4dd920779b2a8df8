using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>What fp32 arithmetic over a vocabulary reaches; the design's table of parity.</summary>
internal static class HeadTolerances
{
    /// <summary>1e-6 (1 + largest logit): an fp32 logit's own rounding.</summary>
    public static void Ce(string what, double got, double truth, double largestLogit) =>
        Compare.AssertAbsolute(what, got, truth, 1e-6 * (1 + Math.Abs(largestLogit)));

    /// <summary>
    /// 3e-6 sqrt(KL) + 1e-5 KL + 1e-11: a logit that is off by d moves p log(p / q) by p d log(p / q).
    /// </summary>
    public static void Kl(string what, double got, double truth) =>
        Compare.AssertAbsolute(what, got, truth, 3e-6 * Math.Sqrt(truth) + 1e-5 * truth + 1e-11);

    /// <summary>
    /// 1e-5 as a whole and 1e-3 |dX| + 1e-8 per row: rows of confident tokens are all but zero. With P in bf16, 2^-9 of
    /// each of its elements: 3e-3, and 2e-2 |dX| + 1e-6.
    /// </summary>
    public static void HiddenGradient(float[] got, double[] truth, int hidden, bool isBf16 = false)
    {
        Compare.AssertRelativeL2("dX", got, truth, isBf16 ? 3e-3 : 1e-5);
        (double relative, double absolute) = isBf16 ? (2e-2, 1e-6) : (1e-3, 1e-8);
        for (int t = 0; t < got.Length / hidden; t++)
        {
            double error = 0, size = 0;
            for (int i = t * hidden; i < (t + 1) * hidden; i++)
            {
                error += (got[i] - truth[i]) * (got[i] - truth[i]);
                size += truth[i] * truth[i];
            }

            Compare.AssertAbsolute($"dX of token {t}", Math.Sqrt(error), 0, relative * Math.Sqrt(size) + absolute);
        }
    }
}
