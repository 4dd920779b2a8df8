using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// The float64 oracle itself: its gradient against central differences, its forward pass against hand arithmetic.
/// </summary>
public sealed class AttentionOracleTests
{
    [Fact]
    public void GradientEqualsCentralDifferences()
    {
        var heads = new HeadShape(4, 2, 3);
        int[] starts = [0, 1, 6, 9];
        var random = new Random(5);
        double[] q = Values(random, 9 * 12), k = Values(random, 9 * 6), v = Values(random, 9 * 6), dy = Values(
            random, 9 * 12);
        AttentionOracle oracle = new AttentionOracle(heads, starts, q, k, v).Backward(dy);
        foreach ((double[] x, double[] gradient) in ((double[], double[])[])[(q, oracle.Dq), (k, oracle.Dk),
            (v, oracle.Dv)])
        {
            for (int i = 0; i < x.Length; i++)
            {
                const double Step = 1e-5;
                double at = x[i];
                x[i] = at + Step;
                double above = Loss();
                x[i] = at - Step;
                double below = Loss();
                x[i] = at;
                Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-8);
            }
        }

        double Loss() => new AttentionOracle(heads, starts, q, k, v).Forward().Y.Zip(dy, (a, b) => a * b).Sum();
    }

    [Fact]
    public void TwoTokensByHand()
    {
        // Head size 4: scale 1/2. Token 1 scores 1/2 * 2 = 1 and 1/2 * 4 = 2 against tokens 0 and 1.
        double[] q = [9, 9, 9, 9, 2, 0, 0, 0], k = [1, 0, 0, 0, 2, 0, 0, 0], v = [1, 0, 0, 0, 0, 1, 0, 0];
        AttentionOracle oracle = new AttentionOracle(new HeadShape(1, 1, 4), [0, 2], q, k, v).Forward();
        double second = Math.E / (1 + Math.E);
        Assert.Equal([1, 0, 0, 0, 1 - second, second, 0, 0], oracle.Y, (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal(Math.Log(Math.E + Math.E * Math.E), oracle.Lse[1], 1e-14);
    }

    private static double[] Values(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];
}
