using MolEngine.Basics.Text;

namespace MolEngine.Basics.Tests.Text;

public sealed class CountsTests
{
    [Theory]
    [InlineData(0, "0 rows")]
    [InlineData(1, "1 row")]
    [InlineData(2, "2 rows")]
    [InlineData(-1, "-1 rows")]
    [InlineData(3_000_000_000, "3,000,000,000 rows")]
    public void A_noun_agrees_with_its_count(long n, string text) => Assert.Equal(text, Counts.Of(n, "row"));

    [Theory]
    [InlineData(1, "1 epoch")]
    [InlineData(1.0004, "1 epoch")]
    [InlineData(1.0006, "1.001 epochs")]
    [InlineData(0.5, "0.5 epochs")]
    public void A_fraction_has_the_noun_of_the_number_that_is_shown(double n, string text) =>
        Assert.Equal(text, Counts.Of(n, "epoch"));

    [Fact]
    public void Another_plural_can_be_given()
    {
        Assert.Equal("1 corpus", Counts.Of(1, "corpus", "corpora"));
        Assert.Equal("1,200 corpora", Counts.Of(1200, "corpus", "corpora"));
    }
}
