using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;

namespace MolEngine.Kernels.Tests.Checks;

public sealed class ComparisonTests
{
    /// <summary>A kernel without a check would pass unseen.</summary>
    [Fact]
    public void Every_kernel_has_a_check()
    {
        Assert.Equal(
            KernelSources.All.SelectMany(s => KernelContract.Of(s).Kernels.Select(k => (s.Name, k.Name))).Order(),
            KernelChecks.All.Select(c => (c.Source, c.Kernel)).Order());
    }

    [Fact]
    public void The_first_element_that_differs_is_named()
    {
        (double largest, string? difference) =
            Comparison.Of<float>("y", [1, 2, 4, 8], [1, 2, 5, 16], Tolerance.Bits);
        Assert.Equal(1, largest);
        Assert.Equal("y[2]: expected 4 (0x40800000), got 5 (0x40A00000)", difference);
    }

    [Fact]
    public void Of_a_whole_the_element_that_is_furthest_off_is_named()
    {
        (double error, string? difference) = Comparison.OfWhole("y", [3, 4, 0], [3, 3, 0], 0.1, i => $"token {i / 2}");
        Assert.Equal(0.2, error, 1e-12);
        Assert.Equal(
            "y: expected a relative L2 error of at most 0.1 over 3 elements, got 0.2; furthest off is y[1] (token 0): "
            + "expected 4, got 3", difference);
        Assert.EndsWith(
            "y[2]: expected 0, got NaN", Comparison.OfWhole("y", [9, 9, 0], [1, 9, float.NaN], 1).Difference);
        Assert.Null(Comparison.OfWhole("y", [3, 4, 0], [3, 3, 0], 0.2).Difference);
    }

    [Fact]
    public void Ids_are_told_as_they_are()
    {
        string? difference = Comparison.Of<int>("ids", [7, 151_935], [7, 3], Tolerance.Bits).Difference;
        Assert.Equal("ids[1]: expected 151935, got 3", difference);
    }

    [Fact]
    public void A_bound_is_kept_to_and_said()
    {
        Assert.Equal((0.25, null), Comparison.Of<double>("y", [4, 4], [5, 3], Tolerance.Within(0.25)));
        Assert.Equal(
            (0.25, "y[1]: expected 4 (0x4010000000000000), got 5 (0x4014000000000000) (relative error of at most 0.2)"),
            Comparison.Of<double>("y", [4, 4], [4, 5], Tolerance.Within(0.2)));
    }

    [Fact]
    public void Bits_tell_zeros_and_NaN_apart()
    {
        Assert.Equal(
            (0, "y[0]: expected 0 (0x0000), got -0 (0x8000)"),
            Comparison.Of<ushort>("y", [0], [0x8000], Tolerance.BitsOrNaN));
        Assert.Equal(
            (0, "y[0]: expected NaN (0x7FFF), got NaN (0xFFC1)"),
            Comparison.Of<ushort>("y", [0x7FFF], [0xFFC1], Tolerance.Bits));
        Assert.Equal((0, null), Comparison.Of<ushort>("y", [0x7FFF], [0xFFC1], Tolerance.BitsOrNaN));
    }

    [Theory]
    [InlineData(1f, float.NaN)]
    [InlineData(float.NaN, 1f)]
    [InlineData(1f, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(float.PositiveInfinity, float.NegativeInfinity)]
    [InlineData(0f, 1e-30f)]
    public void What_is_not_finite_on_one_side_alone_is_wrong_within_any_bound(float expected, float got)
    {
        (double largest, string? difference) = Comparison.Of<float>("y", [expected], [got], Tolerance.Within(1e30));
        Assert.Equal(double.PositiveInfinity, largest);
        Assert.NotNull(difference);
    }
}
