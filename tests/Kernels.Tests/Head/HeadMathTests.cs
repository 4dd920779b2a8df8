using MolEngine.Kernels.Cpu.Head;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>The head's float64 scalars where the naive forms lose their digits.</summary>
public sealed class HeadMathTests
{
    [Theory]
    [InlineData(1e-20, 1e-20)]
    [InlineData(4e-10, 3.99999999920000000021e-10)]
    [InlineData(1e-3, 9.995003330835331668e-4)]
    [InlineData(1, 0.69314718055994530942)]
    public void Log1P_KeepsTheDigitsOfSmallNumbers(double x, double expected) =>
        Compare.AssertRelative("log1p", HeadMath.Log1P(x), expected, 1e-15);

    [Theory]
    [InlineData(-40, 4.248354255291589e-18)]
    [InlineData(0, 0.69314718055994530942)]
    [InlineData(800, 800)]
    public void Softplus_HoldsAtBothEnds(double x, double expected) =>
        Compare.AssertRelative("softplus", HeadMath.Softplus(x), expected, 1e-15);

    [Fact]
    public void LogAdd_TakesNothingAndNaN()
    {
        Assert.Equal(-3, HeadMath.LogAdd(-3, double.NegativeInfinity));
        Assert.Equal(-3, HeadMath.LogAdd(double.NegativeInfinity, -3));
        Assert.Equal(double.NegativeInfinity, HeadMath.LogAdd(double.NegativeInfinity, double.NegativeInfinity));
        Assert.Equal(double.NaN, HeadMath.LogAdd(double.NaN, double.NegativeInfinity));
        Compare.AssertRelative("log(e^1000 + e^999)", HeadMath.LogAdd(1000, 999), 1000.3132616875182228, 1e-15);
    }

    [Theory]
    [InlineData(1e-6, 4.99999833333374999992e-13)]
    [InlineData(-1e-6, 5.00000166666708333342e-13)]
    [InlineData(0.0999999999, 4.837418026443314972e-3)]
    [InlineData(0.1000000001, 4.837418045475831365e-3)]
    [InlineData(-5, 142.41315910257660)]
    [InlineData(20, 19.000000002061153622)]
    public void Divergence_IsRPlusExpMinusROne(double r, double expected) =>
        Compare.AssertRelative("f(r)", HeadMath.Divergence(0, r), expected, 1e-12);

    [Fact]
    public void Divergence_OfAVanishingClass_IsTheBasesMass()
    {
        // p = e^-2000 is 0, q = e^-1: p f(r) = q - p + p r.
        Compare.AssertRelative("p f(r)", HeadMath.Divergence(-2000, -1999), Math.Exp(-1), 1e-15);
        Assert.Equal(0, HeadMath.Divergence(-3, 0));
    }
}
