using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Execution.Arithmetic;

namespace MolEngine.VirtualGpu.Tests.Instructions;

/// <summary>
/// Vectors of approximate instructions give the bits of the scalar form, but for lanes that are in doubt, which the
/// scalar form then does.
/// </summary>
public sealed class ApproximateVectorTests
{
    private const int Count = 400_000;

    [Fact]
    public void Reciprocal() => Check<ApproximateFunctions.Reciprocal>();

    [Fact]
    public void Square_root() => Check<ApproximateFunctions.SquareRoot>();

    [Fact]
    public void Reciprocal_of_the_square_root() => Check<ApproximateFunctions.ReciprocalSquareRoot>();

    [Fact]
    public void Division() => Check<ApproximateFunctions.FullDivide>();

    [Fact]
    public void Power_of_two() => Check<ApproximateFunctions.Exp2>();

    /// <summary>The middle between two fp32 numbers, its neighbours, and nothing far from it.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(-60, true)]
    [InlineData(1000, false)]
    [InlineData(-1000, false)]
    public void Doubt_is_about_the_middle_between_two_numbers(long away, bool isDoubtful)
    {
        double middle = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(1.75) + (1L << 28) + away);
        Assert.Equal(isDoubtful ? ulong.MaxValue : 0, ApproximateFunctions.Doubt(Vector512.Create(middle))[0]);
        Assert.Equal(0UL, ApproximateFunctions.Doubt(Vector512.Create(1.75))[0]);
        Assert.Equal(ulong.MaxValue, ApproximateFunctions.Doubt(Vector512.Create(Math.ScaleB(1.25, -130)))[0]);
    }

    private static void Check<TF>()
        where TF : IApproximate
    {
        Assert.True(TF.HasVector);
        float[] edges = [.. Edge.FloatsWithNaNs.Select(Edge.Float)];
        var random = new Random(7);
        int doubtful = 0;
        for (int i = 0; i < Count; i++)
        {
            // Half of them anywhere, half where results are neither 0 nor infinite.
            float a = i < edges.Length ? edges[i]
                : i % 2 == 0 ? BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue))
                : (float)((random.NextDouble() * 300) - 150);
            float b = i < edges.Length ? edges[^(i + 1)] : BitConverter.Int32BitsToSingle(
                random.Next(int.MinValue, int.MaxValue));
            Vector512<double> values = TF.Values(Vector512.Create((double)a), Vector512.Create((double)b));
            if (ApproximateFunctions.Doubt(values)[0] != 0)
            {
                doubtful++;
                continue;
            }

            float expected = (float)TF.Value(a, b), actual = Vector512.Narrow(values, values)[0];
            Assert.True(
                float.IsNaN(expected) ? float.IsNaN(actual) : expected.Equals(actual)
                    && float.IsNegative(expected) == float.IsNegative(actual),
                $"{typeof(TF).Name} of {a:R}, {b:R}: expected {expected:R}, got {actual:R}");
        }

        // Subnormal results and middles alone: few.
        Assert.InRange(doubtful, 0, Count / 8);
    }
}
