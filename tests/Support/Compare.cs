using Xunit.Sdk;

namespace MolEngine.Support;

/// <summary>Comparisons against a float64 truth. Each fails on a zeroed, sign-flipped or shifted result.</summary>
public static class Compare
{
    /// <summary>|got - truth| / |truth| in L2 over the whole array; 0 / 0 is 0, and NaN is infinity.</summary>
    public static double RelativeL2(ReadOnlySpan<float> got, ReadOnlySpan<double> truth)
    {
        if (got.Length != truth.Length)
            throw new ArgumentException($"{got.Length} values against {truth.Length}");
        double error = 0, size = 0;
        for (int i = 0; i < got.Length; i++)
        {
            error += (got[i] - truth[i]) * (got[i] - truth[i]);
            size += truth[i] * truth[i];
        }

        if (double.IsNaN(error))
            return double.PositiveInfinity;
        return error == 0 ? 0 : Math.Sqrt(error / Math.Max(size, double.Epsilon));
    }

    public static void AssertRelativeL2(
        string what, ReadOnlySpan<float> got, ReadOnlySpan<double> truth, double tolerance)
    {
        double error = RelativeL2(got, truth);
        if (!(error <= tolerance))
            throw new XunitException($"{what}: relative L2 error {error:E2}, allowed {tolerance:E1}");
    }

    /// <summary>|got / truth - 1|, at most <paramref name="tolerance"/>.</summary>
    public static void AssertRelative(string what, double got, double truth, double tolerance)
    {
        double error = Math.Abs(got - truth) / Math.Max(Math.Abs(truth), double.Epsilon);
        if (!(error <= tolerance) && got != truth)
            throw new XunitException(
                $"{what}: {got:R} against {truth:R}, relative error {error:E2}, allowed {tolerance:E1}");
    }

    public static void AssertAbsolute(string what, double got, double truth, double tolerance)
    {
        if (!(Math.Abs(got - truth) <= tolerance))
            throw new XunitException(
                $"{what}: {got:R} against {truth:R}, off by {Math.Abs(got - truth):E2}, allowed {tolerance:E1}");
    }
}
