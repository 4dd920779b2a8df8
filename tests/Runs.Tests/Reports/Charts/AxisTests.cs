using MolEngine.Runs.Reports.Charts;

namespace MolEngine.Runs.Tests.Reports.Charts;

public sealed class AxisTests
{
    [Theory]
    [InlineData(nameof(AxisKind.Linear), 2.0, 3.5)]
    [InlineData(nameof(AxisKind.FromZero), 0.0, 4.0)]
    [InlineData(nameof(AxisKind.FromZeroOrLog), 0.0, 4.0)]
    public void Values_near_each_other_get_a_linear_axis(string kind, double low, double high)
    {
        var axis = Axis.OfValues([2.1, double.NaN, 3.4, double.PositiveInfinity], Enum.Parse<AxisKind>(kind));
        Assert.False(axis.Logarithmic);
        Assert.Equal((low, high), (axis.Low, axis.High));
        Assert.Equal(0, axis.Position(low));
        Assert.Equal(1, axis.Position(high));
        Assert.Equal((3 - low) / (high - low), axis.Position(3), 1e-12);
        Assert.Equal(3, axis.ValueAt(axis.Position(3)), 1e-12);
    }

    [Fact]
    public void Values_over_decades_get_a_logarithmic_one()
    {
        var axis = Axis.OfValues([2e-17, 1e-6, 1e-4, 1e-1], AxisKind.FromZeroOrLog, 1e-11);
        Assert.True(axis.Logarithmic);
        Assert.Equal((1e-6, 1e-1), (axis.Low, axis.High));
        Assert.Equal(0.4, axis.Position(1e-4), 1e-12);
        Assert.Equal(1e-4, axis.ValueAt(0.4), 1e-16);
        Assert.False(axis.Shows(2e-17));
        Assert.False(axis.Shows(double.NaN));
        Assert.True(axis.Shows(1e-6));
    }

    [Theory]
    [InlineData(nameof(AxisKind.Linear))]
    [InlineData(nameof(AxisKind.FromZero))]
    public void Only_where_it_may(string kind) =>
        Assert.False(Axis.OfValues([1e-6, 1e-4, 1e-1], Enum.Parse<AxisKind>(kind)).Logarithmic);

    [Fact]
    public void Two_points_are_no_curve_over_decades() =>
        Assert.False(Axis.OfValues([2e-17, 1e-6, 1e-1], AxisKind.FromZeroOrLog, 1e-11).Logarithmic);

    [Fact]
    public void Rounding_is_not_magnified()
    {
        var axis = Axis.OfValues([2e-17, 4e-17], AxisKind.FromZeroOrLog, 1e-11);
        Assert.Equal((0, 1e-11), (axis.Low, axis.High));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(5.0)]
    [InlineData(-3e-9)]
    [InlineData(1e99)]
    [InlineData(1e300)]
    [InlineData(5e-324)]
    [InlineData(double.NaN)]
    public void One_value_over_and_over_gets_an_axis_with_length(double value)
    {
        foreach (AxisKind kind in Enum.GetValues<AxisKind>())
        {
            var axis = Axis.OfValues([value, value, value], kind);
            Assert.True(axis.High > axis.Low);
            Assert.True(axis.Ticks.Count >= 2);
            if (axis.Shows(value))
                Assert.InRange(axis.Position(value), 0, 1);
        }
    }

    [Fact]
    public void Steps_span_exactly_their_range()
    {
        var axis = Axis.OfSteps(0, 205);
        Assert.Equal((0, 205), (axis.Low, axis.High));
        Assert.Equal(["0", "50", "100", "150", "200"], axis.Ticks.Select(t => t.Label));
        var one = Axis.OfSteps(1, 1);
        Assert.Equal(0.5, one.Position(1));
        Assert.Equal("1", Assert.Single(one.Ticks).Label);
    }
}
