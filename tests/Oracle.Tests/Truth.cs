using System.Text.Json;
using Xunit.Sdk;

namespace MolEngine.Oracle.Tests;

/// <summary>
/// float64 results against references: tensors are fp32 roundings of float64 values, scalars are doubles.
/// </summary>
internal static class Truth
{
    /// <summary>Rounding to fp32 alone gives at most 6e-8.</summary>
    public const double Rounding = 1e-7;

    public static void AssertTensor(string what, double[] truth, double[] got)
    {
        Assert.Equal(truth.Length, got.Length);
        double error = Math.Sqrt(truth.Zip(got, (a, b) => (a - b) * (a - b)).Sum()),
            size = Math.Sqrt(truth.Sum(x => x * x));
        if (!(error <= Rounding * size))
            throw new XunitException($"{what}: relative L2 error {error / size:E2}, allowed {Rounding:E1}");
    }

    public static void AssertTensors(
        IReadOnlyDictionary<string, double[]> truth, IReadOnlyDictionary<string, double[]> got)
    {
        Assert.NotEmpty(truth);
        Assert.Equal(truth.Keys.Order(), got.Keys.Order());
        foreach ((string name, double[] values) in truth)
            AssertTensor(name, values, got[name]);
    }

    public static void AssertScalar(string what, double truth, double got, double tolerance = 1e-11)
    {
        if (!(Math.Abs(truth - got) <= tolerance * Math.Abs(truth)))
            throw new XunitException($"{what}: {got:R}, expected {truth:R}, off by {Math.Abs(got / truth - 1):E2}");
    }

    public static void AssertScalars(string what, JsonElement truth, double[] got, double tolerance = 1e-11)
    {
        Assert.Equal(truth.GetArrayLength(), got.Length);
        for (int i = 0; i < got.Length; i++)
            AssertScalar($"{what}[{i}]", truth[i].GetDouble(), got[i], tolerance);
    }
}
