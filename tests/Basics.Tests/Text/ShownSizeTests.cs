using MolEngine.Basics.Text;

namespace MolEngine.Basics.Tests.Text;

public sealed class ShownSizeTests
{
    [Theory]
    [InlineData(0, "0.0 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData((1 << 20) - 1, "1,024.0 KiB")]
    [InlineData(1 << 20, "1.0 MiB")]
    [InlineData(3L << 30, "3.0 GiB")]
    public void A_size_has_the_largest_unit_that_it_reaches(long bytes, string shown) =>
        Assert.Equal(shown, ShownSize.Of(bytes));
}
