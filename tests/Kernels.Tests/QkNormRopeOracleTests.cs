namespace MolEngine.Kernels.Tests;

/// <summary>
/// The float64 oracle itself: its gradient against central differences, its rotation against complex arithmetic.
/// </summary>
public sealed class QkNormRopeOracleTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GradientEqualsCentralDifferences(bool norm)
    {
        var random = new Random(3);
        double[] x = Values(random, 3 * 2 * 6), dy = Values(random, x.Length), angles = Values(random, 9);
        double[]? weight = norm ? Values(random, 6) : null;
        double[] cos = Array.ConvertAll(angles, Math.Cos), sin = Array.ConvertAll(angles, Math.Sin);
        QkNormRopeOracle oracle = Make().Backward(dy);
        AssertGradient(x, oracle.Dx);
        if (weight is not null)
            AssertGradient(weight, oracle.DWeight);

        QkNormRopeOracle Make() => new(2, 6, x, weight, 0.01, cos, sin);

        double Loss() => Make().Forward().Y.Zip(dy, (a, b) => a * b).Sum();

        void AssertGradient(double[] at, double[] gradient)
        {
            const double Step = 1e-5;
            for (int i = 0; i < at.Length; i++)
            {
                double before = at[i];
                at[i] = before + Step;
                double above = Loss();
                at[i] = before - Step;
                double below = Loss();
                at[i] = before;
                Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-8);
            }
        }
    }

    [Fact]
    public void HalvesAreThePairs()
    {
        // (1 + 2i) turned by 90 degrees is -2 + i; (3 + 4i) by 180 is -3 - 4i. Elements 0 and 2 are a pair, 1 and 3
        // another.
        double[] y = new QkNormRopeOracle(1, 4, [1, 3, 2, 4], null, 0, [0, -1], [1, 0]).Forward().Y;
        Assert.Equal([-2, -3, 1, -4], y);
    }

    private static double[] Values(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];
}
